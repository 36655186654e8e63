// The token that the node demands with everything that is not a reading.

export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? '';
}
