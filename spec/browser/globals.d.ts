/** Globals of a page that `lib/browser` uses, for files that specs run in Node. */
declare const window: EventTarget;
declare const location: { readonly href: string };
