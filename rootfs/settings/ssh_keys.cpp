#include "rootfs/settings/ssh_keys.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/settings/checks.hpp"

#include <algorithm>
#include <array>

namespace farboot::settings
{

namespace
{

constexpr std::array<std::string_view, 7> kinds{"ssh-ed25519",
                                                "ssh-rsa",
                                                "ecdsa-sha2-nistp256",
                                                "ecdsa-sha2-nistp384",
                                                "ecdsa-sha2-nistp521",
                                                "sk-ssh-ed25519@openssh.com",
                                                "sk-ecdsa-sha2-nistp256@openssh.com"};

/// The key names its kind in its first field, too (RFC 4253, section 6.6).
bool is_key(std::string_view line)
{
    const auto space = std::min(line.find(' '), line.size());
    const auto kind = line.substr(0, space);
    auto rest = line.substr(std::min(space + 1, line.size()));
    const auto end = std::min(rest.find(' '), rest.size());
    const auto comment = rest.substr(std::min(end + 1, rest.size()));
    const auto key = from_base64(rest.substr(0, end));
    if (std::ranges::find(kinds, kind) == kinds.end() || !key || key->size() < 4 + kind.size())
        return false;
    const auto length = static_cast<char>(kind.size());
    const std::string head = std::string("\0\0\0", 3) + length + std::string(kind);
    return std::equal(head.begin(), head.end(), key->begin(),
                      [](char a, auto b) { return a == static_cast<char>(b); }) &&
           (comment.empty() ? end == rest.size() : is_plain(comment));
}

} // namespace

Parsed<SshKeys> SshKeys::parse(const Json& value)
{
    const Json object{{"keys", value}};
    Members members(object, "A list of keys", "", {"keys"});
    SshKeys keys;
    keys.list = members.texts("keys", 20, 1200, is_key, "a line of a .pub file, such as \"ssh-ed25519 AAAA… anna\"");
    if (members.wrong())
        return std::unexpected(Wrong{"", members.wrong()->sentence});
    return keys;
}

} // namespace farboot::settings
