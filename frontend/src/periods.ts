/** Days and periods of a village: its day is UTC+8, whatever the phone's zone. */
export type Span = 'day' | 'week' | 'month' | 'quarter' | 'year';

const dayMs = 86_400_000;

/** Today in the village, YYYY-MM-DD. */
export function villageDay(now: number = Date.now()): string {
  return new Date(now + 8 * 3_600_000).toISOString().slice(0, 10);
}

export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * dayMs).toISOString().slice(0, 10);
}

/** The month, quarter or year a day lies in: 2026-11, 2026-Q4, 2026. */
export function periodOf(day: string, span: 'month' | 'quarter' | 'year'): string {
  const year = day.slice(0, 4);
  if (span === 'year') return year;
  if (span === 'month') return day.slice(0, 7);
  return `${year}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}

/** First day of the window; two days share a window when this is equal. Weeks begin on Monday. */
export function windowStart(day: string, span: Span): string {
  switch (span) {
    case 'day':
      return day;
    case 'week':
      return daysBefore(day, (new Date(Date.parse(day)).getUTCDay() + 6) % 7);
    case 'month':
      return `${day.slice(0, 7)}-01`;
    case 'quarter': {
      const first = Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1;
      return `${day.slice(0, 4)}-${String(first).padStart(2, '0')}-01`;
    }
    case 'year':
      return `${day.slice(0, 4)}-01-01`;
  }
}

/** 11月20日; with the year when it is another year than today's. */
export function dayWords(day: string, today: string = villageDay()): string {
  const words = `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
  return day.slice(0, 4) === today.slice(0, 4) ? words : `${day.slice(0, 4)}年${words}`;
}

/** 11 月, 四季度, 2026 年. */
export function periodWords(period: string): string {
  const quarter = /-Q(\d)$/.exec(period);
  if (quarter) return `${'一二三四'[Number(quarter[1]) - 1]}季度`;
  return period.length === 4 ? `${period} 年` : `${Number(period.slice(5))} 月`;
}
