import { z } from 'zod';

/** Far more than any answer holds. */
const MOST_ELEMENTS = 100_000;

/** A list that is not even looked into when it is absurdly long: a million wrong elements are a million complaints. */
export function list<Element extends z.ZodType>(element: Element, most = MOST_ELEMENTS) {
  return z.array(z.unknown()).max(most).pipe(z.array(element));
}

/** The first of the reasons why an answer has another shape than expected. */
export function whatIsWrong({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'unknown reason' : `${issue.path.join('.') || 'the whole answer'}: ${issue.message}`;
}
