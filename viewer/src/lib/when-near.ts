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
