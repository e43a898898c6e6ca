// While a long page arrives, the browser need not lay out rows that the script hides at once.
document.documentElement.className = 'early';
addEventListener('DOMContentLoaded', () => document.documentElement.classList.remove('early'));
