--- Task lists: the boxes stand in the place of bullets.
local write = require 'write'

local lists = {}

local function is_task(item)
  local first = item[1] and item[1].content and item[1].content[1]
  return first and first.t == 'Str' and (first.text == '☐' or first.text == '☒')
end

local function bullet_list(list)
  if not pandoc.List(list.content):find_if(is_task) then return nil end
  return pandoc.Blocks{write.raw_block('#[#set list(marker: none, body-indent: 0pt)'), list, write.raw_block(']')}
end

lists.filters = {{BulletList = bullet_list}}

return lists
