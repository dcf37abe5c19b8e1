document.documentElement.dataset.greeted = "true";
