#include "server/uploads/metadata.hpp"

#include "rootfs/base/encoding.hpp"
#include "server/rules/fields.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace farboot::uploads
{

namespace
{

bool is_key(std::string_view text)
{
    return !text.empty() && text.size() <= 64 &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != ','; });
}

Result<std::map<std::string, std::string, std::less<>>> pairs_of(std::string_view header)
{
    std::map<std::string, std::string, std::less<>> pairs;
    while (!header.empty()) {
        const auto end = std::min(header.find(','), header.size());
        auto pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        while (pair.starts_with(' '))
            pair.remove_prefix(1);
        while (pair.ends_with(' '))
            pair.remove_suffix(1);
        const auto space = std::min(pair.find(' '), pair.size());
        const auto key = pair.substr(0, space);
        auto value = from_base64(space == pair.size() ? std::string_view() : pair.substr(space + 1));
        if (!is_key(key) || !value)
            return fail("metadata-malformed",
                        "Upload-Metadata is a list of keys, each with a space and a value in base64 behind it, and "
                        "with commas between them.");
        if (pairs.size() >= max_keys || !pairs.emplace(key, std::move(*value)).second)
            return fail("metadata-malformed", "Upload-Metadata has more than {} keys, or one twice.", max_keys);
    }
    return pairs;
}

/// The library refuses to write anything else.
bool is_utf8(const std::string& text)
try {
    return !nlohmann::json(text).dump().empty();
} catch (const nlohmann::json::exception&) {
    return false;
}

bool is_file_name(const std::string& text)
{
    return !text.empty() && text.size() <= max_name && is_utf8(text) && rules::printable_length(text) && text != "." &&
           text != ".." && text.find_first_of("/\\") == std::string::npos;
}

} // namespace

Result<Metadata> Metadata::parse(std::string_view header)
{
    if (header.size() > max_metadata)
        return fail("metadata-malformed", "Upload-Metadata has at most {} bytes.", max_metadata);
    const auto pairs = pairs_of(header);
    if (!pairs)
        return std::unexpected(pairs.error());
    Metadata metadata;
    auto name = pairs->find("filename");
    if (name == pairs->end())
        name = pairs->find("name");
    if (name != pairs->end()) {
        if (!is_file_name(name->second))
            return fail("metadata-malformed",
                        "The file's name in Upload-Metadata is no name: it has 1 to {} bytes of UTF-8, no slashes and "
                        "no control characters.",
                        max_name);
        metadata.name = name->second;
    }
    if (const auto digest = pairs->find("sha256"); digest != pairs->end()) {
        metadata.sha256 = Digest::from_hex(digest->second);
        if (!metadata.sha256)
            return fail("metadata-malformed",
                        "sha256 in Upload-Metadata is the file's SHA-256 in 64 lower-case hexadecimal digits.");
    }
    return metadata;
}

} // namespace farboot::uploads
