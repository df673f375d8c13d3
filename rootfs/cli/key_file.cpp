#include "rootfs/cli/key_file.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/image/file.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace farboot::rootfs
{

namespace
{

constexpr std::uint64_t max_key_file_bytes = 16 * 1024;
constexpr std::string_view pem_begin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view pem_end = "-----END PUBLIC KEY-----";
/// What goes before the raw key in a SubjectPublicKeyInfo for Ed25519 (RFC 8410, section 4).
constexpr std::string_view pem_prefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);

std::optional<std::string> decode(std::string text)
{
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
    if (!text.starts_with(pem_begin))
        return from_base64(text);
    if (!text.ends_with(pem_end) || text.size() < pem_begin.size() + pem_end.size())
        return std::nullopt;
    const auto body = std::string_view(text).substr(pem_begin.size(), text.size() - pem_begin.size() - pem_end.size());
    const auto der = from_base64(body);
    if (!der || !der->starts_with(pem_prefix))
        return std::nullopt;
    return der->substr(pem_prefix.size());
}

} // namespace

Result<PublicKey> load_public_key(const std::filesystem::path& file)
{
    const auto text = read_file(file, max_key_file_bytes);
    if (!text)
        return std::unexpected(text.error());
    if (text->find("PRIVATE KEY-----") != std::string::npos) {
        const auto secret = SigningKey::load(file);
        if (!secret)
            return std::unexpected(secret.error());
        return secret->public_key();
    }
    const auto raw = decode(*text);
    PublicKey key;
    if (!raw || raw->size() != key.raw.size())
        return fail("key-malformed", "{} is no Ed25519 public key: expected one line of base64 (44 characters) or PEM.",
                    file.string());
    std::memcpy(key.raw.data(), raw->data(), key.raw.size());
    return key;
}

Result<std::vector<SigningKey>> load_signing_keys(const std::vector<std::string>& files)
{
    std::vector<SigningKey> keys;
    for (const auto& file : files) {
        auto key = SigningKey::load(file);
        if (!key)
            return std::unexpected(key.error());
        const auto is_same = [&](const SigningKey& other) { return other.public_key() == key->public_key(); };
        if (std::ranges::none_of(keys, is_same))
            keys.push_back(std::move(*key));
    }
    return keys;
}

std::string public_key_text(const PublicKey& key)
{
    return base64(key.raw) + "\n";
}

} // namespace farboot::rootfs
