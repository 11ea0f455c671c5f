--- The elements of HTML: which there are, and what becomes of those that paper cannot show.
local look = require 'look'

local elements = {}

elements.SILENT = {script = true, style = true, head = true, meta = true, link = true, template = true, noscript = true}

--- What paper cannot show -> the name of the words for it.
elements.FOREIGN = {iframe = 'embedded_page', video = 'video', audio = 'sound', canvas = 'canvas', object = 'embedded_object',
  embed = 'embedded_object'}

--- What such an element is called.
function elements.called(name) return look.words[elements.FOREIGN[name]] end

--- All elements: `<int>` in prose is none of them, and stays text.
elements.KNOWN = {}
for name in ([[a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas caption center cite
  code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form frame
  frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
  meta meter nav nobr noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script search
  section select slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
  time title tr track tt u ul var video wbr]]):gmatch('%w+') do elements.KNOWN[name] = true end

--- The value of an attribute of a tag, or nil.
function elements.attribute(tag, name)
  return tag:match('%s' .. name .. '%s*=%s*"([^"]*)"') or tag:match('%s' .. name .. "%s*=%s*'([^']*)'") or tag:match('%s' .. name .. '%s*=%s*([^%s>"\']+)')
end

return elements
