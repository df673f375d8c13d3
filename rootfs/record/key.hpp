#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <string>

namespace farboot::rootfs
{

/// An Ed25519 public key (RFC 8032), 32 raw bytes.
struct PublicKey {
    std::array<std::byte, 32> raw{};

    auto operator<=>(const PublicKey&) const = default;
    /// SHA-256 of the raw bytes in hex: the `keyid` of docs/records.md.
    [[nodiscard]] std::string id() const;
    /// True if `signature` (64 bytes) over `message` is by this key.
    [[nodiscard]] bool verify(Bytes message, Bytes signature) const;
};

/// An Ed25519 private key. Files are PKCS#8 PEM (RFC 8410), mode 0600.
class SigningKey
{
public:
    [[nodiscard]] static SigningKey generate();
    /// Reasons: not-found, key-malformed, key-permissions (the file may be read by others).
    [[nodiscard]] static Result<SigningKey> load(const std::filesystem::path& file);
    /// Creates the file with mode 0600; never overwrites. Reasons: exists, io.
    [[nodiscard]] Result<void> save(const std::filesystem::path& file) const;

    [[nodiscard]] PublicKey public_key() const;
    /// 64 bytes.
    [[nodiscard]] std::string sign(Bytes message) const;

private:
    struct Secret;
    explicit SigningKey(std::shared_ptr<const Secret> secret);
    std::shared_ptr<const Secret> secret_;
};

} // namespace farboot::rootfs
