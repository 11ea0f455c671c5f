--- Figures: the outputs of code cells with their captions, sub-figures, and images in prose.
local look = require 'look'
local notes = require 'notes'
local write = require 'write'

local figures = {}

local function is_class(block, class) return block.t == 'Div' and block.classes:includes(class) end

--- Split a Div into its caption (as inlines) and its other blocks.
function figures.split(div)
  local caption, rest = pandoc.Inlines{}, pandoc.Blocks{}
  for _, block in ipairs(div.content) do
    if is_class(block, 'our caption') then caption = pandoc.utils.blocks_to_inlines(block.content) else rest:insert(block) end
  end
  return caption, rest
end

--- A Typst figure of one kind ("image", "table", "raw") around a Typst expression; a long one may break across pages.
-- `placement` is "top", "bottom", "auto" (either) or "none" (here), and nil what holds for the document.
function figures.figure(kind, body, caption, label, breakable, placement)
  local numbered = #caption > 0 or label ~= ''
  local text = numbered and ('caption: [' .. write.inlines(caption) .. ']') or 'numbering: none, outlined: false'
  if label ~= '' then notes.label(label) end
  if breakable then placement = 'none' end
  if placement then text = text .. ', placement: ' .. placement end
  local figure = ('#figure(kind: %s, %s,\n%s)%s'):format(kind, text, body, write.label(label))
  return breakable and '#room(3.2cm)\n#[#show figure: set block(breakable: true)\n' .. figure .. '\n]' or figure
end

-- the length of an image's `width` attribute in Typst: `50%`, `8cm`, `3in`, `320px` or `320`
local function length(width)
  if not width or width == '' then return 'auto' end
  local number, unit = width:match('^([%d.]+)%s*(%a*%%?)$')
  if not tonumber(number) then return 'auto' end
  if unit == '' or unit == 'px' then return tonumber(number) * 0.75 .. 'pt' end
  return number .. unit
end

local function picture(source, alt, width, place)
  return ('%s(%s, width: %s, alt: %s)'):format(place, notes.image(source), length(width), write.string(write.short(alt)))
end

-- whether words describe a picture: some converters repeat its data there
local function describes(alt) return alt and alt ~= '' and not alt:find('^data:image/') end

-- the alternative text, or else the caption, or else a placeholder with a note
local function alternative(attributes, caption)
  if describes(attributes.alt) then return attributes.alt end
  local text = #caption > 0 and write.text(caption)
  notes.missing_alt(text and 'its caption stands in' or 'and no caption either')
  return text or look.words.fig
end

local function subfigures(pictures, main, columns)
  columns = math.max(1, math.min(math.tointeger(tonumber(columns)) or 2, #pictures))
  local cells = {}
  for index, div in ipairs(pictures) do
    local caption = figures.split(div)
    local text = write.inlines(caption)
    cells[index] = ('  subfigure(%s, %s, [%s]),'):format(picture(div.attributes.src,
      alternative(div.attributes, #caption > 0 and caption or main), div.attributes.width, 'picture'),
      write.string(write.letter(index)), text)
  end
  return ('subfigures(columns: %d,\n%s\n)'):format(columns, table.concat(cells, '\n'))
end

-- a picture without caption: only a high one may float, since nothing says whose it is
local function alone(body, attributes)
  local place = ('..here-if-low(%s, width: %s)'):format(notes.image(attributes.src), length(attributes.width))
  return write.raw_block(('#figure(kind: image, supplement: none, numbering: none, outlined: false, %s,\n%s)'):format(place, body))
end

local function figure_div(div)
  local caption, pictures = figures.split(div)
  local body
  if #pictures > 1 then
    body = subfigures(pictures, caption, div.attributes.columns)
  else
    local attributes = pictures[1].attributes
    body = picture(attributes.src, alternative(attributes, caption), attributes.width, 'picture')
  end
  if #caption == 0 and div.identifier == '' then return alone(body, pictures[1].attributes) end
  return write.raw_block(figures.figure('image', body, caption, div.identifier, false, div.attributes.placement))
end

local function placeholder(div) return write.raw_block('#placeholder[' .. write.blocks(div.content) .. ']') end

local function div(element)
  if element.classes:includes('our figure') then return figure_div(element), false end
  if element.classes:includes('our placeholder') then return placeholder(element), false end
  if element.classes:includes('centred') then
    return pandoc.Blocks{write.raw_block('#align(center)['), pandoc.Div(element.content), write.raw_block(']')}
  end
end

-- an image alone in its paragraph stands alone; with a label or a title it is a numbered figure
local function paragraph(element)
  if #element.content ~= 1 or element.content[1].t ~= 'Image' then return nil end
  local image = element.content[1]
  local caption = image.identifier ~= '' and image.caption or image.title ~= '' and pandoc.Inlines(image.title) or pandoc.Inlines{}
  local alt = alternative({alt = image.attributes['fig-alt'] or image.attributes.alt or write.text(image.caption)}, caption)
  local body = picture(image.src, alt, image.attributes.width, 'picture')
  if #caption == 0 then return alone(body, {src = image.src, width = image.attributes.width}), false end
  return write.raw_block(figures.figure('image', body, caption, image.identifier)), false
end

local function image(element)
  local alt = alternative({alt = element.attributes.alt or write.text(element.caption)}, {})
  return write.raw_inline('#' .. picture(element.src, alt, element.attributes.width, 'inline-picture')), false
end

figures.filters = {{traverse = 'topdown', Div = div, Para = paragraph, Plain = paragraph, Image = image}}

return figures
