import { sayNumber, sayOrdinal } from '../sayNumber.ts';
import type { Skills } from '../skill.ts';

/** Time and date, in the time zone of the machine. */
export const clock: Skills = {
  time: {
    when: /\b(what|which|current|tell me|tell|got|have|know) (is )?(the )?(current )?time\b(?! (is )?(it )?takes)|\btime is it\b|\bhow late is it\b|\bwhat time\b/,
    answer: ({ now }) => `It's ${sayTime(now)}.`,
  },
  tomorrow: {
    when: /\b(what|which)\b.*\b(day|date)\b.*\b(tomorrow|yesterday)\b|\b(tomorrow|yesterday) is what\b/,
    answer: ({ now, words }) => {
      const tomorrow = words.includes('tomorrow');
      const day = new Date(now);
      day.setDate(now.getDate() + (tomorrow ? 1 : -1));
      return tomorrow ? `Tomorrow is ${sayDate(day)}.` : `Yesterday was ${sayDate(day)}.`;
    },
  },
  year: {
    when: /\b(what|which) (is the |is this |the )?(current )?year\b/,
    answer: ({ now }) => `It's ${sayYear(now.getFullYear())}.`,
  },
  date: {
    when: /\b(what|which|tell me)( is| the| todays| current| day)* (date|day|month)\b|\b(date|day|month) (is it|is today|today|of the week)\b/,
    answer: ({ now }) => `Today is ${sayDate(now)}.`,
  },
};

function sayTime(time: Date): string {
  const hour = time.getHours();
  const minute = time.getMinutes();
  const part = hour < 12 ? 'in the morning' : hour < 18 ? 'in the afternoon' : 'in the evening';
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? 'midnight' : 'noon';
  const minutes = minute === 0 ? "o'clock" : minute < 10 ? `oh ${sayNumber(minute)}` : sayNumber(minute);
  return `${sayNumber(hour % 12 || 12)} ${minutes} ${part}`;
}

const sayDate = (date: Date): string =>
  `${date.toLocaleString('en-US', { weekday: 'long' })}, ${date.toLocaleString('en-US', { month: 'long' })} ${sayOrdinal(date.getDate())}`;

/** Years are said in pairs: "twenty twenty-six"; the first ten of a century are not. */
const sayYear = (year: number): string =>
  year % 100 < 10 ? sayNumber(year) : `${sayNumber(Math.floor(year / 100))} ${sayNumber(year % 100)}`;
