import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";

interface Props {
  anchor: DOMRect;
  label: string;
  close: () => void;
  children: ReactNode;
  className?: string;
}

/** Popover stands under a place, inside the window, and goes by Esc and by a press elsewhere. */
export function Popover({ anchor, label, close, children, className = "" }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ left: anchor.left, top: anchor.bottom + 4 });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const settle = () => {
      const size = element.getBoundingClientRect();
      const left = Math.max(8, Math.min(anchor.left, window.innerWidth - size.width - 8));
      const below = anchor.bottom + 4;
      const top = below + size.height > window.innerHeight - 8 ? Math.max(8, Math.min(anchor.top - size.height - 4, window.innerHeight - size.height - 8)) : below;
      setAt({ left, top });
    };
    settle();
    const watch = new ResizeObserver(settle); // what is in it may come later
    watch.observe(element);
    return () => watch.disconnect();
  }, [anchor]);

  useEffect(() => {
    const before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    if (!box.current?.contains(document.activeElement)) {
      box.current?.querySelector<HTMLElement>("[autofocus], input, select, textarea, button")?.focus({ preventScroll: true });
    }
    return () => before?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    const pressed = (e: KeyboardEvent) => {
      if (e.key !== "Escape") return;
      e.stopPropagation();
      close();
    };
    const elsewhere = (e: PointerEvent) => {
      if (e.target instanceof Element && !box.current?.contains(e.target) && !e.target.closest(".popover")) close();
    };
    window.addEventListener("keydown", pressed, true);
    window.addEventListener("pointerdown", elsewhere, true);
    return () => {
      window.removeEventListener("keydown", pressed, true);
      window.removeEventListener("pointerdown", elsewhere, true);
    };
  }, [close]);

  return createPortal(
    <div ref={box} className={`popover ${className}`} role="dialog" aria-label={label} style={at}>
      {children}
    </div>,
    document.body,
  );
}

interface ButtonProps {
  label: string;
  /** what is to be seen; the label is read aloud where this is an icon alone */
  face: ReactNode;
  className?: string;
  title?: string;
  children: (close: () => void) => ReactNode;
  panel?: string;
  /** -1 where the keyboard has another way to it */
  tabIndex?: number;
}

/** PopoverButton opens one. */
export function PopoverButton({ label, face, className = "button", title, children, panel, tabIndex }: ButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const close = () => setAnchor(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        tabIndex={tabIndex}
        title={title ?? label}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={() => setAnchor(anchor ? null : (button.current?.getBoundingClientRect() ?? null))}
      >
        {face}
      </button>
      {anchor && (
        <Popover anchor={anchor} label={label} close={close} className={panel ?? ""}>
          {children(close)}
        </Popover>
      )}
    </>
  );
}
