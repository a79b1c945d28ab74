// Runs before the first paint: sets the chosen theme (kept by choices.js), and marks that scripts run.
document.documentElement.dataset.scripts = "on";
{
  const theme = /(?:^|; )(?:__Host-)?theme=(light|dark)(?:;|$)/.exec(document.cookie)?.[1];
  if (theme) document.documentElement.dataset.theme = theme;
}
