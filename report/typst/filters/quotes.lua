--- A quotation, such as an exercise at the end of a chapter, is not left alone on a page: the paragraph before it comes along.
local write = require 'write'

local quotes = {}

local function is_comment(block) return block.t == 'RawBlock' and block.text:sub(1, 2) == '//' end

--- The same blocks, with every paragraph before a quotation kept on the quotation's page.
function quotes.accompany(blocks)
  local out, paragraph = pandoc.Blocks{}, nil  -- the place of the paragraph that would come next above a quotation
  for _, block in ipairs(blocks) do
    if block.t == 'BlockQuote' and paragraph then
      out[paragraph] = write.raw_block('#with-next[' .. write.blocks{out[paragraph]} .. ']')
    end
    out:insert(block)
    if block.t == 'Para' then paragraph = #out elseif not is_comment(block) then paragraph = nil end
  end
  return out
end

return quotes
