/* Adds up what the chosen measures cost, before the server does. */
(() => {
  "use strict";
  if (window.academyFlood) return;
  window.academyFlood = true;

  function cost(plan) {
    const costs = JSON.parse(plan.dataset.costs);
    const steps = JSON.parse(plan.dataset.steps);
    let evacuated = Number(plan.dataset.evacuated || 0);
    let requested = false;
    let total = 0;
    for (const turn of plan.querySelectorAll("[data-flood-turn]")) {
      const field = (name) => turn.querySelector(`[data-cost="${name}"]`);
      total += Number(field("pump")?.value || 0) * costs.pump;
      if (field("inform")?.checked) total += costs.inform;
      if (field("request")?.checked && !requested) { total += costs.request; requested = true; }
      const share = Number(field("evacuate")?.value || 0);
      if (share > evacuated) { total += (steps.indexOf(share) - steps.indexOf(evacuated)) * costs.evacuate; evacuated = share; }
    }
    return total;
  }

  function show(plan) {
    const place = plan.querySelector("[data-flood-total]");
    const budget = Number(plan.dataset.budget);
    const total = cost(plan);
    const over = total > budget;
    place.hidden = false;
    place.toggleAttribute("data-over-budget", over);
    place.textContent = (over ? place.dataset.over : place.dataset.text).replace("{cost}", total).replace("{budget}", budget);
  }

  const plans = (root) => root.querySelectorAll("[data-flood]");
  document.addEventListener("change", (event) => {
    const plan = event.target.closest("[data-flood]");
    if (plan) show(plan);
  });
  document.addEventListener("htmx:afterSettle", (event) => plans(event.target).forEach(show));
  plans(document).forEach(show);
})();
