/** Run in a page: what is wrong with its layout, in words; nothing if all is well. */
export const LAYOUT_FAULTS = `(() => {
  const faults = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push('the page is ' + document.documentElement.scrollWidth + ' px wide');
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (node.data.trim() === '' || parent.closest('.hidden, title, style') || !parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      texts.push({ text: node.data.trim().slice(0, 40), scrolls: parent.closest('.scroll') !== null, box });
    }
  }
  for (const { text, scrolls, box } of texts) {
    if (!scrolls && (box.left < -1 || box.right > width + 1)) faults.push(JSON.stringify(text) + ' is cut off');
  }
  texts.sort((one, other) => one.box.top - other.box.top);
  for (const [index, one] of texts.entries()) {
    for (let next = index + 1; next < texts.length && texts[next].box.top < one.box.bottom - 2; next++) {
      const other = texts[next];
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
      if (across > 1.5 && down > 2.5) faults.push(JSON.stringify(one.text) + ' overlaps ' + JSON.stringify(other.text));
    }
  }
  for (const drawn of document.querySelectorAll('svg, td.cell')) {
    const { width, height } = drawn.getBoundingClientRect();
    if (drawn.checkVisibility() && (width < 3 || height < 12)) faults.push('a ' + drawn.tagName + ' is ' + width + ' by ' + height + ' px');
  }
  return faults.slice(0, 20);
})()`;
