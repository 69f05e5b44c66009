import { z } from 'zod';

/** Far more than any answer holds. */
const MOST_ELEMENTS = 100_000;

/** A list whose elements are not checked if it is absurdly long: a million wrong elements would make a million issues. */
export function list<Element extends z.ZodType>(element: Element, most = MOST_ELEMENTS) {
  return z.array(z.unknown()).max(most).pipe(z.array(element));
}

/** The first reason why an answer does not have the expected shape. */
export function whatIsWrong({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'unknown reason' : `${issue.path.join('.') || 'the whole answer'}: ${issue.message}`;
}
