// Runs before the first paint: the theme that was chosen here (choices.js keeps it), and that scripts run at all.
document.documentElement.dataset.scripts = "on";
{
  const theme = /(?:^|; )(?:__Host-)?theme=(light|dark)(?:;|$)/.exec(document.cookie)?.[1];
  if (theme) document.documentElement.dataset.theme = theme;
}
