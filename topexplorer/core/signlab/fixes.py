"""The fixed line of code for each mistake, in six languages: templates with nothing but a parameter's name in them.

In every language `params` is the map of parameters, `text` what is signed, `secret` the app secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.pasted import CodeLanguage


@dataclass(frozen=True, slots=True)
class Fix:
    """`line` cures what `kind` names, in `language`."""

    kind: str
    language: CodeLanguage
    line: str


_LANGUAGES: tuple[CodeLanguage, ...] = ("python", "php", "java", "javascript", "shell", "csharp")
_KIND_OF: Mapping[str, str] = {
    **dict.fromkeys(
        "unsorted case_insensitive by_value sorted_in_groups sorted_as_texts backwards by_length".split(), "sort"
    ),
    **dict.fromkeys("separators values_only names_only line_end_signed byte_order_mark blank_signed".split(), "join"),
    **dict.fromkeys("empty_dropped blank_dropped null_signed".split(), "drop_empty"),
    **dict.fromkeys("session_after not_signed at_end".split(), "put_before"),
    **dict.fromkeys("not_sent other_value timestamp_twice timestamp_form".split(), "same_text"),
    **dict.fromkeys("truth_respelled number_respelled list_respelled untrimmed trimmed line_ends".split(), "as_text"),
    **dict.fromkeys("html_escaped backslashed unicode_escaped normalised emoji_lost names_respelled".split(), "raw"),
    **dict.fromkeys("url_encoded encoded_twice plus_for_space space_for_plus".split(), "encode_after"),
    **dict.fromkeys("gbk not_utf8 utf8_twice utf16".split(), "utf8"),
    **dict.fromkeys("secret_untrimmed secret_quoted secret_cased secret_ampersand secret_encoded".split(), "secret"),
    **dict.fromkeys("lower_case base64 base64_of_hex unpadded cut_short".split(), "digest"),
    **dict.fromkeys("secret_front secret_behind secret_none secret_doubled secret_wrapped".split(), "digest"),
    **dict.fromkeys("key_missing key_swapped other_digest hashed_twice".split(), "digest"),
    "sign_included": "take_sign_out",
    "sign_method_missing": "name_method",
    "json_respelled": "json_once",
    "file_signed": "files_apart",
    "body_left_out": "body_too",
}
_LINES: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "sort": (
        'text = "".join(name + value for name, value in sorted(params.items()))',
        "ksort($params, SORT_STRING);",
        "Map<String, String> sorted = new TreeMap<>(params);",
        "const names = Object.keys(params).sort();",
        "printf '%s\\n' \"${pairs[@]}\" | LC_ALL=C sort -t= -k1,1",
        "var sorted = new SortedDictionary<string, string>(parameters, StringComparer.Ordinal);",
    ),
    "join": (
        'text = "".join(name + params[name] for name in sorted(params))',
        "foreach ($params as $name => $value) { $text .= $name . $value; }",
        "for (Map.Entry<String, String> e : sorted.entrySet()) text.append(e.getKey()).append(e.getValue());",
        'const text = names.map((name) => name + params[name]).join("");',
        'for name in $(printf \'%s\\n\' "${!params[@]}" | LC_ALL=C sort); do text+="$name${params[$name]}"; done',
        "string text = string.Concat(sorted.Select(pair => pair.Key + pair.Value));",
    ),
    "drop_empty": (
        "params = {name: value for name, value in params.items() if value and value.strip()}  # sign and send these",
        "$params = array_filter($params, fn($value) => trim((string) $value) !== ''); // sign and send these",
        "params.values().removeIf(value -> value == null || value.trim().isEmpty()); // sign and send these",
        "params = Object.fromEntries(Object.entries(params).filter(([, value]) => value?.trim())); // for both",
        'for name in "${!params[@]}"; do [ -n "${params[$name]// }" ] || unset "params[$name]"; done',
        "parameters = new(parameters.Where(pair => !string.IsNullOrWhiteSpace(pair.Value))); // sign and send these",
    ),
    "put_before": (
        'params["{name}"] = {word}  # before the text to sign is made, sorted with the others',
        "$params['{name}'] = ${word}; // before ksort",
        'params.put("{name}", {word}); // before the text to sign is made',
        'params["{name}"] = {word}; // before the names are sorted',
        "params[{name}]=${word}  # before the text to sign is made",
        'parameters["{name}"] = {word}; // before the text to sign is made',
    ),
    "same_text": (
        'params["{name}"] = {word}  # once: sign and send this same params',
        "$params['{name}'] = ${word}; // once: sign and send this same $params",
        'params.put("{name}", {word}); // once: sign and send this same map',
        'params["{name}"] = {word}; // once: sign and send this same object',
        "params[{name}]=${word}  # once: sign and send this same value",
        'parameters["{name}"] = {word}; // once: sign and send this same dictionary',
    ),
    "as_text": (
        'params["{name}"] = text_of_{word}  # make the text once; sign and send exactly this text',
        "$params['{name}'] = $textOf_{word}; // make the text once; sign and send exactly this text",
        'params.put("{name}", textOf_{word}); // make the text once; sign and send exactly this text',
        'params["{name}"] = textOf_{word}; // make the text once; sign and send exactly this text',
        'params[{name}]="$text_of_{word}"  # make the text once; sign and send exactly this text',
        'parameters["{name}"] = textOf_{word}; // make the text once; sign and send exactly this text',
    ),
    "raw": (
        'text = "".join(name + params[name] for name in sorted(params))  # the raw values, as they are sent',
        "foreach ($params as $name => $value) { $text .= $name . $value; } // the raw values, as they are sent",
        "for (Map.Entry<String, String> e : sorted.entrySet()) text.append(e.getKey()).append(e.getValue()); // raw",
        'const text = names.map((name) => name + params[name]).join(""); // the raw values, as they are sent',
        'text+="$name${params[$name]}"  # the raw value, as it is sent',
        "string text = string.Concat(sorted.Select(pair => pair.Key + pair.Value)); // the raw values",
    ),
    "encode_after": (
        'body = urllib.parse.urlencode({**params, "sign": sign})  # encode once, after signing the raw values',
        "$body = http_build_query($params + ['sign' => $sign]); // encode once, after signing the raw values",
        'body.append(name).append("=").append(URLEncoder.encode(value, "UTF-8")); // once, after signing the raw value',
        "const body = new URLSearchParams({ ...params, sign }).toString(); // encode once, after signing",
        'curl -G "$url" --data-urlencode "{name}=${word}"  # sign the raw value; curl encodes it once',
        "var body = new FormUrlEncodedContent(parameters); // encodes once, after signing the raw values",
    ),
    "utf8": (
        'data = text.encode("utf-8")',
        "$text = mb_convert_encoding($text, 'UTF-8', 'GBK'); // when the values really are GBK",
        "byte[] data = text.toString().getBytes(StandardCharsets.UTF_8);",
        'const data = Buffer.from(text, "utf8");',
        "text=$(printf '%s' \"$text\" | iconv -f GBK -t UTF-8)",
        "byte[] data = Encoding.UTF8.GetBytes(text);",
    ),
    "secret": (
        "secret = secret.strip()",
        "$secret = trim($secret);",
        "secret = secret.trim();",
        "secret = secret.trim();",
        "secret=$(printf '%s' \"$secret\" | tr -d '\\r\\n\\t \"')",
        "secret = secret.Trim();",
    ),
    "md5": (
        'sign = hashlib.md5((secret + text + secret).encode("utf-8")).hexdigest().upper()',
        "$sign = strtoupper(md5($secret . $text . $secret));",
        'String sign = String.format("%032X", new BigInteger(1, md5(secret + text + secret)));',
        'const sign = crypto.createHash("md5").update(secret + text + secret, "utf8").digest("hex").toUpperCase();',
        "sign=$(printf '%s' \"$secret$text$secret\" | openssl dgst -md5 -r | cut -c1-32 | tr a-f A-F)",
        "string sign = Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(secret + text + secret)));",
    ),
    "hmac": (
        'sign = hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.md5).hexdigest().upper()',
        "$sign = strtoupper(hash_hmac('md5', $text, $secret));",
        'String sign = String.format("%032X", new BigInteger(1, hmacMd5.doFinal(text.toString().getBytes(UTF_8))));',
        'const sign = crypto.createHmac("md5", secret).update(text, "utf8").digest("hex").toUpperCase();',
        'sign=$(printf \'%s\' "$text" | openssl dgst -md5 -hmac "$secret" -r | cut -c1-32 | tr a-f A-F)',
        "string sign = Convert.ToHexString("
        "HMACMD5.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));",
    ),
    "hmac-sha256": (
        'sign = hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hexdigest().upper()',
        "$sign = strtoupper(hash_hmac('sha256', $text, $secret));",
        'String sign = String.format("%064X", new BigInteger(1, hmacSha256.doFinal(text.toString().getBytes(UTF_8))));',
        'const sign = crypto.createHmac("sha256", secret).update(text, "utf8").digest("hex").toUpperCase();',
        'sign=$(printf \'%s\' "$text" | openssl dgst -sha256 -hmac "$secret" -r | cut -c1-64 | tr a-f A-F)',
        "string sign = Convert.ToHexString("
        "HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));",
    ),
    "take_sign_out": (
        'params.pop("sign", None)  # before signing',
        "unset($params['sign']); // before signing",
        'params.remove("sign"); // before signing',
        "delete params.sign; // before signing",
        "unset 'params[sign]'  # before signing",
        'parameters.Remove("sign"); // before signing',
    ),
    "name_method": (
        'params["sign_method"] = "{method}"  # before signing',
        "$params['sign_method'] = '{method}'; // before signing",
        'params.put("sign_method", "{method}"); // before signing',
        'params["sign_method"] = "{method}"; // before signing',
        "params[sign_method]={method}  # before signing",
        'parameters["sign_method"] = "{method}"; // before signing',
    ),
    "json_once": (
        'params["{name}"] = json.dumps({word}, ensure_ascii=False, separators=(",", ":"))  # once, then sign and send',
        "$params['{name}'] = json_encode(${word}, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES); // once",
        'params.put("{name}", JSON.toJSONString({word})); // once: sign and send this text',
        'params["{name}"] = JSON.stringify({word}); // once: sign and send this text',
        'params[{name}]=$(jq -c . <<< "${word}")  # once: sign and send this text',
        'parameters["{name}"] = JsonSerializer.Serialize({word}); // once: sign and send this text',
    ),
    "files_apart": (
        'files = {"{name}": params.pop("{name}")}  # before signing: a file is sent and not signed',
        "$files['{name}'] = $params['{name}']; unset($params['{name}']); // before signing",
        'files.put("{name}", new FileItem(params.remove("{name}"))); // before signing',
        'const file = params["{name}"]; delete params["{name}"]; // before signing',
        "unset 'params[{name}]'  # before signing; send it with -F only",
        'parameters.Remove("{name}"); // before signing; send it as a file part only',
    ),
    "body_too": (
        'text = "".join(name + params[name] for name in sorted(params)) + body',
        "$text .= $body; // after the sorted parameters",
        "text.append(body); // after the sorted parameters",
        'const text = names.map((name) => name + params[name]).join("") + body;',
        'text="$text$body"  # after the sorted parameters',
        "string text = string.Concat(sorted.Select(pair => pair.Key + pair.Value)) + body;",
    ),
}
KINDS = frozenset(_KIND_OF)
"""Every mistake that has a fix."""


def fix_for(mistake: str, target: str, language: CodeLanguage, method: str) -> Fix:
    """The line that cures a mistake. A name that is no plain one is written as `name`."""
    kind = _KIND_OF[mistake]
    lines = _LINES[method if kind == "digest" else kind]
    name = target if re.fullmatch(r"[A-Za-z_][\w.-]{0,63}", target, re.ASCII) else "name"
    word = re.sub(r"\W", "_", name)
    line = lines[_LANGUAGES.index(language)]
    for mark, text in (("{name}", name), ("{word}", word), ("{method}", method)):
        line = line.replace(mark, text)
    return Fix(kind, language, line)
