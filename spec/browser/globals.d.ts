/** What is used of a page by files of `lib/browser` that specs run in Node. */
declare const window: EventTarget;
declare const location: { readonly href: string };
