--- HTML bits in lines of Markdown: `<b>`, `<sub>`, `<br>`, `<img>`, `<a id>`.
-- The reader applies this room, so that all others see pandoc's own elements only.
local elements = require 'elements'

local markup = {}

local KNOWN, SILENT, FOREIGN, attribute = elements.KNOWN, elements.SILENT, elements.FOREIGN, elements.attribute

-- inline elements: tag -> how what stands between its tags is set
local INLINE = {
  b = pandoc.Strong, strong = pandoc.Strong, i = pandoc.Emph, em = pandoc.Emph, var = pandoc.Emph, cite = pandoc.Emph, dfn = pandoc.Emph,
  u = pandoc.Underline, ins = pandoc.Underline, s = pandoc.Strikeout, del = pandoc.Strikeout, strike = pandoc.Strikeout,
  sub = pandoc.Subscript, sup = pandoc.Superscript, q = function(content) return pandoc.Quoted('DoubleQuote', content) end,
  code = function(content) return pandoc.Code(pandoc.utils.stringify(content)) end,
  mark = function(content) return pandoc.Span(content, pandoc.Attr('', {'mark'})) end,
}
INLINE.kbd, INLINE.samp, INLINE.tt = INLINE.code, INLINE.code, INLINE.code

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

local function foreign(name) return pandoc.Emph{pandoc.Str('[' .. elements.called(name) .. ']')} end

local function single_tag(element, name)
  if not KNOWN[name] then return pandoc.Str(element.text) end
  if name == 'br' then return pandoc.LineBreak() end
  if name == 'img' then return pandoc.utils.blocks_to_inlines(pandoc.read(element.text, 'html', nil, {}).blocks) end
  if FOREIGN[name] then return foreign(name) end
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
    if last and FOREIGN[name] then
      out:insert(foreign(name))
    elseif last and not SILENT[name] then
      out:insert(wrap(name, element.text, pair_tags(slice(inlines, index + 1, last - 1))))
    elseif not last then
      local single = name and (not closes or not KNOWN[name]) and single_tag(element, name)
      if pandoc.utils.type(single) == 'Inlines' then out:extend(single) else out:insert(single or element) end
    end
    index = (last or index) + 1
  end
  return out
end

--- The filter that makes the tags in lines pandoc's own elements.
markup.filter = {Inlines = pair_tags}

return markup
