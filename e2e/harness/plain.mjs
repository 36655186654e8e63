// A signed-in reader without a browser: what the node sends, byte for byte.

/** GET with the window's cookies; a redirect is an answer like another. */
export async function get(context, url) {
  const answer = await context.request.get(url, { maxRedirects: 0 });
  const headers = answer.headersArray().filter(({ name }) => name.toLowerCase() !== 'date');
  return { status: answer.status(), headers, body: (await answer.body()).toString('latin1') };
}

/** The same without what the asker himself said: an answer may repeat it, and may not know more. */
export function without(answer, said) {
  return JSON.parse(JSON.stringify(answer).replaceAll(said, '…').replaceAll(encodeURIComponent(said), '…'));
}
