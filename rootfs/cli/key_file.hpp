#pragma once

#include "rootfs/record/key.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// Reads a public key from a file: one line of base64 (what `farboot key show --public-out` writes), a public key in
/// PEM (RFC 8410), or a private key file, whose public half is taken. Reasons: not-found, key-malformed,
/// key-permissions.
[[nodiscard]] Result<PublicKey> load_public_key(const std::filesystem::path& file);

/// Loads private keys; one that is named twice counts once. Reasons: SigningKey::load()'s.
[[nodiscard]] Result<std::vector<SigningKey>> load_signing_keys(const std::vector<std::string>& files);

/// A public key file's text.
[[nodiscard]] std::string public_key_text(const PublicKey& key);

} // namespace farboot::rootfs
