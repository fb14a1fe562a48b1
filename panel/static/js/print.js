// Buttons that print the page: [data-print].

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
