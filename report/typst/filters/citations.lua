--- Citations and references among words, `@fig-x`, `-@eq-x`, `[see @key, p. 3; @other]`: CommonMark knows none of them.
local citations = {}

local INSIDE = '[:.#$%%&+?<>~/-]'   -- marks that a key has between two letters only
local LOCATOR = '^%a*%.?%s*%d'      -- what stands in brackets behind `@key` if it is a place there: [p. 3], [12]

-- whether a character of Unicode may be a part of a key: no blank, mark of punctuation or private character
local function is_letter(point)
  if point < 128 then return string.char(point):match('[%w_]') ~= nil end
  return point >= 0xC0 and not (point >= 0x2000 and point < 0x2070) and not (point >= 0x3000 and point < 0x3040)
    and not (point >= 0xE000 and point < 0xF900)
end

-- the place behind the letters that begin at a place of a text
local function behind_letters(text, place)
  while place <= #text do
    local point = utf8.codepoint(text, place)
    if not is_letter(point) then break end
    place = utf8.offset(text, 2, place)
  end
  return place
end

-- the place behind the key that begins at a place; the same place for none
local function behind_key(text, place)
  local last = behind_letters(text, place)
  while last > place and text:sub(last, last):match(INSIDE) do
    local further = behind_letters(text, last + 1)
    if further == last + 1 then break end
    last = further
  end
  return last
end

-- a word as tokens: keys, brackets, semicolons, and the text between them
local function tokens_of(word, out)
  local start, place = 1, 1
  local function add(token, first, last)
    if first > start then out:insert{kind = 'text', text = word:sub(start, first - 1)} end
    token.text = word:sub(first, last)
    out:insert(token)
    start, place = last + 1, last + 1
  end
  while place <= #word do
    local character = word:sub(place, place)
    local after_letter = place > 1 and is_letter(utf8.codepoint(word, utf8.offset(word, -1, place)))
    local at = character == '@' and place or word:sub(place, place + 1) == '-@' and place + 1
    local last = at and not after_letter and behind_key(word, at + 1)
    if last and last > at + 1 then
      add({kind = 'key', id = word:sub(at + 1, last - 1), bare = character == '-'}, place, last - 1)
    elseif character:match('[%[%];]') then
      add({kind = character}, place, place)
    else
      place = utf8.offset(word, 2, place)
    end
  end
  if start <= #word then out:insert{kind = 'text', text = word:sub(start)} end
end

local function tokenize(inlines)
  local out = pandoc.List{}
  for _, inline in ipairs(inlines) do
    if inline.t == 'Str' then tokens_of(inline.text, out) else out:insert{kind = 'inline', inline = inline} end
  end
  return out
end

-- tokens as inlines again, words in one piece
local function inlines_of(tokens, first, last)
  local out, word = pandoc.Inlines{}, ''
  local function close()
    if word ~= '' then out:insert(pandoc.Str(word)) end
    word = ''
  end
  for index = first, last do
    local token = tokens[index]
    if token.text then word = word .. token.text else close() out:insert(token.inline) end
  end
  close()
  return out
end

local function is_blank(inline) return inline and (inline.t == 'Space' or inline.t == 'SoftBreak') end

local function trimmed(inlines)
  while is_blank(inlines[#inlines]) do inlines:remove() end
  while is_blank(inlines[1]) do inlines:remove(1) end
  return inlines
end

-- the items of a group in brackets that begins at a token: {first, last, key} each, and the token that closes it
local function items_of(tokens, opening)
  local items, depth, first, key = pandoc.List{}, 0, opening + 1, nil
  for index = opening + 1, #tokens do
    local kind = tokens[index].kind
    if kind == 'key' and not key and depth == 0 then key = index
    elseif kind == '[' then depth = depth + 1
    elseif kind == ']' and depth > 0 then depth = depth - 1
    elseif depth == 0 and (kind == ';' or kind == ']') then
      items:insert{first = first, last = index - 1, key = key}
      if kind == ']' then return items, index end
      first, key = index + 1, nil
    end
  end
end

local function citation(tokens, item)
  local key = tokens[item.key]
  return pandoc.Citation(key.id, key.bare and 'SuppressAuthor' or 'NormalCitation',
    trimmed(inlines_of(tokens, item.first, item.key - 1)), inlines_of(tokens, item.key + 1, item.last))
end

-- a group in brackets in which every item has a key, and the token that closes it
local function group(tokens, opening)
  local items, closing = items_of(tokens, opening)
  if not items or items:find_if(function(item) return not item.key end) then return nil end
  local list = items:map(function(item) return citation(tokens, item) end)
  return pandoc.Cite(inlines_of(tokens, opening, closing), list), closing
end

-- a key in the text, with the place that stands in brackets behind it
local function in_text(tokens, index)
  local key, last, suffix = tokens[index], index, pandoc.Inlines{}
  local opening = tokens[index + 1] and is_blank(tokens[index + 1].inline) and index + 2
  if opening and tokens[opening] and tokens[opening].kind == '[' then
    local items, closing = items_of(tokens, opening)
    local inside = items and inlines_of(tokens, opening + 1, closing - 1)
    if items and #items == 1 and not items[1].key and pandoc.utils.stringify(inside):match(LOCATOR) then
      last, suffix = closing, inside
    end
  end
  local mode = key.bare and 'SuppressAuthor' or 'AuthorInText'
  return pandoc.Cite(inlines_of(tokens, index, last), {pandoc.Citation(key.id, mode, {}, suffix)}), last
end

local function cited(inlines)
  local tokens = tokenize(inlines)
  if not tokens:find_if(function(token) return token.kind == 'key' end) then return nil end
  local out, index, start = pandoc.Inlines{}, 1, 1
  while index <= #tokens do
    local token, cite, last = tokens[index], nil, nil
    if token.kind == '[' then cite, last = group(tokens, index)
    elseif token.kind == 'key' then cite, last = in_text(tokens, index) end
    if cite then
      out:extend(inlines_of(tokens, start, index - 1))
      out:insert(cite)
      start, index = last + 1, last
    end
    index = index + 1
  end
  out:extend(inlines_of(tokens, start, #tokens))
  return out
end

--- The filter that makes the citations of Markdown pandoc's own.
citations.filter = {Inlines = cited}

return citations
