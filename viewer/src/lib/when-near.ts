/** Svelte attachment: calls `arrive` when the element comes within `margin` of the viewport; once unless `again`. */
export function whenNear(
  arrive: () => void,
  options: { readonly margin?: string; readonly again?: boolean } = {},
) {
  const { margin = '300px', again = false } = options;
  return (element: Element): (() => void) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        if (!again) observer.disconnect();
        arrive();
      },
      { rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}

/** The same, and for an element out of sight as soon as the page has nothing better to do. */
export const whenNearOrIdle =
  (arrive: () => void) =>
  (element: Element): (() => void) => {
    const stop = whenNear(arrive)(element);
    // Safari has no idle callbacks.
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(arrive, 500);
      return () => {
        stop();
        clearTimeout(timer);
      };
    }
    const request = requestIdleCallback(arrive, { timeout: 3000 });
    return () => {
      stop();
      cancelIdleCallback(request);
    };
  };
