// Marks in the contents what is being read, and keeps it in sight there; without it, the contents are links.
const contents = document.getElementById("contents");
const links = [...contents.querySelectorAll('a[href^="#"]')];
const headings = links.map((link) => document.getElementById(link.getAttribute("href").slice(1)));
let current;
let waiting = 0;

function mark() {
  waiting = 0;
  const atEnd = Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight;
  const line = atEnd ? innerHeight : innerHeight / 4;
  const link = links[headings.findLastIndex((heading) => heading?.getBoundingClientRect().top <= line)];
  if (link === current) return;
  current?.removeAttribute("aria-current");
  link?.setAttribute("aria-current", "true");
  current = link;
  const frame = contents.getBoundingClientRect();
  const { top, bottom } = (link ?? contents.firstElementChild).getBoundingClientRect();
  if (top < frame.top || bottom > frame.bottom) contents.scrollTop += top - frame.top - frame.height / 3;
}

for (const event of ["scroll", "resize"]) addEventListener(event, () => (waiting ||= requestAnimationFrame(mark)));
mark();
