// Before the first paint: the theme this device chose (see components/common/Theme.svelte).
try {
  if (localStorage.getItem('cxai-theme') === 'light') document.documentElement.dataset.theme = 'light';
} catch {}
