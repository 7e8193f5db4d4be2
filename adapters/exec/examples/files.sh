#!/bin/sh
# 采集程序示例：从文本文件读取更新（第1版协议）。只用 sh、sed、awk。
# 每个账号一个文件：$CUIGENG_STATE_DIR/账号标识.tsv，每行“发布时间（Unix 秒）<Tab>编号<Tab>标题”，
# 由单位自己的系统导出；文件里要有该账号的全部更新。
IFS= read -r request
case "$1" in
describe)
  echo '{"type":"describe","protocol":1,"name":"files","version":"1","platforms":["toutiao"],"id_hint":"文件名（不含 .tsv）"}' ;;
check)
  if [ -d "$CUIGENG_STATE_DIR" ]; then echo '{"type":"check","status":"ok"}'; else exit 69; fi ;;
list)
  # 一行请求里的每个账号拆成“key<Tab>id”；accounts 里每个对象都有这两项。
  tab=$(printf '\t')
  printf '%s\n' "$request" | sed 's/.*"accounts":\[//; s/},{/}\
{/g' | sed -n "s/.*\"id\":\"\([^\"]*\)\".*\"key\":\"\([^\"]*\)\".*/\2${tab}\1/p" |
  while IFS="$tab" read -r key id; do
    case "$id" in */*|.*|'') echo "W! $key: 账号标识不能作文件名" >&2
      echo '{"type":"end","account":"'"$key"'","status":"unsupported","count":0}'; continue ;; esac
    file="$CUIGENG_STATE_DIR/$id.tsv"
    if [ ! -r "$file" ]; then   # 没有文件不等于没有更新
      echo '{"type":"end","account":"'"$key"'","status":"transient","message":"no file","count":0}'; continue
    fi
    awk -F '\t' -v key="$key" '
      NF >= 3 && $1 ~ /^[0-9]+$/ {
        gsub(/["\\]/, " ", $3)
        printf "{\"type\":\"post\",\"account\":\"%s\",\"id\":\"%s\",\"published_at_s\":%s,\"title\":\"%s\"}\n", key, $2, $1, $3
        n++
      }
      END { printf "{\"type\":\"end\",\"account\":\"%s\",\"status\":\"ok\",\"complete_since\":\"2009-01-01T00:00:00+08:00\",\"count\":%d}\n", key, n }
    ' "$file"
  done ;;
*) exit 64 ;;
esac
