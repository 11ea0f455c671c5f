--- Captions of tables in Markdown: a paragraph `: Words` or `Table: Words` below a table, or above it.
-- Its label `{#tbl-x}` arrives as an empty span (see `prose/source.py`).
local captions = {}

-- the inlines of a caption without the mark before it; nil for any other block
local function words_of(block)
  local first = block and (block.t == 'Para' or block.t == 'Plain') and block.content[1]
  if not first or first.t ~= 'Str' or not (first.text == ':' or first.text == 'Table:') or #block.content < 3 then return nil end
  local out = pandoc.Inlines{}
  for index = 3, #block.content do out:insert(block.content[index]) end
  return out
end

local function is_label(inline) return inline and inline.t == 'Span' and #inline.content == 0 end

-- a table with a caption, and the attributes of the empty span at its end
local function with_caption(element, inlines)
  if is_label(inlines[#inlines]) then element.attr = inlines:remove().attr end
  if inlines[#inlines] and inlines[#inlines].t == 'Space' then inlines:remove() end
  element.caption = {long = {pandoc.Plain(inlines)}}
  return element
end

-- what stands above a table is its caption where nothing stands below it
local function joined(blocks)
  local out, index = pandoc.Blocks{}, 1
  while index <= #blocks do
    local block = blocks[index]
    local below, above = block.t == 'Table' and words_of(blocks[index + 1]), block.t == 'Table' and words_of(out[#out])
    if below then
      block, index = with_caption(block, below), index + 1
    elseif above then
      block = with_caption(block, above)
      out:remove()
    end
    out:insert(block)
    index = index + 1
  end
  return out
end

--- The filter that gives tables their captions.
captions.filter = {Blocks = joined}

return captions
