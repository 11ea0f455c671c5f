--- HTML bits in Markdown cells: `<b>`, `<sub>`, `<br>`, `<img>`, `<a id>`, tables, centred and folded blocks.
-- The reader applies this room, so that all others see pandoc's own elements only.
local markup = {}

local HTML = 'html+tex_math_dollars+tex_math_double_backslash'

-- inline elements: tag -> how what stands between its tags is set
local INLINE = {
  b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph, var = pandoc.Emph, cite = pandoc.Emph, dfn = pandoc.Emph,
  u = pandoc.Underline, ins = pandoc.Underline, s = pandoc.Strikeout, del = pandoc.Strikeout, strike = pandoc.Strikeout,
  sub = pandoc.Subscript, sup = pandoc.Superscript, q = function(content) return pandoc.Quoted('DoubleQuote', content) end,
  code = function(content) return pandoc.Code(pandoc.utils.stringify(content)) end,
  mark = function(content) return pandoc.Span(content, pandoc.Attr('', {'mark'})) end,
}
INLINE.kbd, INLINE.samp, INLINE.tt = INLINE.code, INLINE.code, INLINE.code

-- blocks whose content may be Markdown after a blank line
local CONTAINERS = {center = true, details = true, section = true, article = true, p = true, blockquote = true, aside = true, header = true,
  footer = true, main = true, figure = true}
local SILENT = {script = true, style = true, head = true, meta = true, link = true}
local FOREIGN = {iframe = 'An embedded page', video = 'A video', audio = 'A sound', canvas = 'A canvas', object = 'An embedded object',
  embed = 'An embedded object', form = 'A form'}

-- all elements of HTML: `<int>` in prose is none of them, and stays text
local KNOWN = {}
for name in ([[a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas caption center cite
  code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form frame
  frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
  meta meter nav nobr noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script search
  section select slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
  time title tr track tt u ul var video wbr]]):gmatch('%w+') do KNOWN[name] = true end

local function attribute(tag, name)
  return tag:match('%s' .. name .. '%s*=%s*"([^"]*)"') or tag:match('%s' .. name .. "%s*=%s*'([^']*)'") or tag:match('%s' .. name .. '%s*=%s*([^%s>"\']+)')
end

local function wrap(name, tag, content)
  if name == 'a' then
    local target, name = attribute(tag, 'href'), attribute(tag, 'id') or attribute(tag, 'name') or ''
    local shown = target and pandoc.Inlines{pandoc.Link(content, target)} or content
    return target and name == '' and shown[1] or pandoc.Span(shown, pandoc.Attr(name))
  end
  return INLINE[name] and INLINE[name](content) or pandoc.Span(content)
end

local function tag_of(element)
  if element.t ~= 'RawInline' or element.format ~= 'html' then return nil end
  local slash, name = element.text:match('^<(/?)(%w+)')
  return name and name:lower(), slash == '/'
end

-- the index of the tag that closes the one at `index`
local function closing(inlines, index, name)
  local depth = 0
  for j = index, #inlines do
    local other, closes = tag_of(inlines[j])
    if other == name then
      depth = depth + (closes and -1 or 1)
      if depth == 0 then return j end
    end
  end
end

local function single_tag(element, name)
  if not KNOWN[name] then return pandoc.Str(element.text) end
  if name == 'br' then return pandoc.LineBreak() end
  if name == 'img' then return pandoc.utils.blocks_to_inlines(pandoc.read(element.text, 'html', nil, {}).blocks) end
  if FOREIGN[name] then return pandoc.Emph{pandoc.Str('[' .. FOREIGN[name] .. ']')} end
  if name == 'a' then return pandoc.Span({}, pandoc.Attr(attribute(element.text, 'id') or attribute(element.text, 'name') or '')) end
end

local function slice(list, first, last)
  local out = pandoc.Inlines{}
  for index = first, last do out:insert(list[index]) end
  return out
end

local function pair_tags(inlines)
  local out, index = pandoc.Inlines{}, 1
  while index <= #inlines do
    local element = inlines[index]
    local name, closes = tag_of(element)
    local last = name and not closes and KNOWN[name] and closing(inlines, index, name)
    if last and not SILENT[name] then
      out:insert(wrap(name, element.text, pair_tags(slice(inlines, index + 1, last - 1))))
    elseif not last then
      local single = name and (not closes or not KNOWN[name]) and single_tag(element, name)
      if pandoc.utils.type(single) == 'Inlines' then out:extend(single) else out:insert(single or element) end
    end
    index = (last or index) + 1
  end
  return out
end

--- Read a piece of HTML, with all that has no place on paper taken out.
function markup.read_html(text)
  return pandoc.read(text, HTML, nil, {}).blocks:walk(markup.inlines)
end

-- the title of a fold and what is below it
local function summary(inner, read_markdown)
  local title, rest = inner:match('^%s*<summary[^>]*>(.-)</summary>(.*)$')
  if not title then return pandoc.Blocks{}, inner end
  local inlines = pandoc.utils.blocks_to_inlines(read_markdown((title:gsub('%s+', ' '))))
  return pandoc.Blocks{pandoc.Div({pandoc.Plain(inlines)}, pandoc.Attr('', {'our caption'}))}, rest
end

local function container(name, tag, inner, read_markdown, centred)
  local blocks, attributes, class = pandoc.Blocks{}, {}, centred and 'centred' or 'html'
  if name == 'details' then
    blocks, inner = summary(inner, read_markdown)
    class, attributes = 'our fold', {collapse = tag:find('%sopen') and 'open' or 'closed', unclosed = attribute(tag, 'unclosed')}
  end
  blocks:extend(inner:find('\n%s*\n') and read_markdown(inner) or markup.read_html(inner))
  if name == 'blockquote' then return pandoc.BlockQuote(blocks) end
  return pandoc.Div(blocks, pandoc.Attr(name == 'details' and attribute(tag, 'id') or '', {class}, attributes))
end

--- The filters of this room; `read_markdown` reads what stands inside HTML blocks.
function markup.filters(read_markdown)
  local function raw_block(element)
    if element.format ~= 'html' then return nil end
    local name = (element.text:match('^%s*<(%w+)') or ''):lower()
    if SILENT[name] or element.text:match('^%s*<!%-%-') and not element.text:match('%-%->%s*%S') then return {} end
    if FOREIGN[name] then return pandoc.Div({pandoc.Plain{pandoc.Str(FOREIGN[name] .. ': it is shown in the notebook only.')}}, pandoc.Attr('', {'our placeholder'})) end
    local inner = CONTAINERS[name] and element.text:match('^%s*<%w+[^>]*>(.*)</%w+>%s*$')
    local tag = element.text:match('^%s*(<[^>]*>)') or ''
    local centred = name == 'center' or attribute(tag, 'align') == 'center'
    if inner then return container(name, tag, inner, read_markdown, centred) end
    return markup.read_html(element.text)
  end
  return {{RawBlock = raw_block}, markup.inlines}
end

markup.inlines = {Inlines = pair_tags}

return markup
