// Dialogs that ask before something outward or final happens.

/**
 * `[data-confirm-dialog="#id"]` opens a dialog. If the opener submits a form, the dialog's
 * `[data-go]` submits that form as the opener would have; `[data-close]` and Escape close.
 */
export function dialogs(): void {
  document.addEventListener('click', (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>('[data-confirm-dialog]');
    if (opener) {
      const dialog = document.querySelector(opener.dataset['confirmDialog'] ?? '');
      if (!(dialog instanceof HTMLDialogElement)) return;
      event.preventDefault();
      goes.set(dialog, opener);
      dialog.showModal();
      return;
    }
    const dialog = target.closest('dialog');
    if (!dialog) return;
    if (target.closest('[data-close]')) {
      event.preventDefault();
      dialog.close();
    } else if (target.closest('[data-go]')) {
      const opener = goes.get(dialog);
      if (!(opener instanceof HTMLButtonElement) || !opener.form) return;
      event.preventDefault();
      dialog.close();
      opener.form.requestSubmit(opener);
    }
  });
}

const goes = new WeakMap<HTMLDialogElement, HTMLElement>();
