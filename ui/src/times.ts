// Times are printed in UTC; pointing at one tells it in the reader's own zone.

export function times(): void {
  document.addEventListener('pointerover', (event) => {
    const time = (event.target as Element).closest('time[datetime]');
    if (!(time instanceof HTMLTimeElement) || time.title || !time.dateTime.includes('T')) return;
    const text = /(Z|[+-]\d\d:?\d\d)$/.test(time.dateTime) ? time.dateTime : `${time.dateTime}Z`;
    const moment = new Date(text);
    if (Number.isNaN(moment.getTime())) return;
    const { lang } = document.documentElement;
    time.title = new Intl.DateTimeFormat(lang || undefined, { dateStyle: 'medium', timeStyle: 'long' }).format(moment);
  });
}
