// Runs before the first paint: the theme that was chosen here, and that scripts run at all.
document.documentElement.dataset.scripts = "on";
if (localStorage.getItem("theme")) document.documentElement.dataset.theme = localStorage.getItem("theme");
