import { useEffect, useRef, type ReactNode } from "react";

interface Props {
  label: string;
  close: () => void;
  children: ReactNode;
  className?: string;
}

/** Dialog is the browser's own: the page behind it is out of reach, Esc ends it, the focus comes back. */
export function Dialog({ label, close, children, className = "" }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const d = dialog.current;
    d?.showModal();
    return () => d?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onCancel={(e) => {
        e.preventDefault();
        close();
      }}
      onClick={(e) => {
        if (e.target === dialog.current) close();
      }}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
