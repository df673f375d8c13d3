#pragma once

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/key.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace farboot::test
{

/// What a PC says with its key, kept on a disk, to a server's challenge (docs/pcs.md).
inline nlohmann::json key_proof(const rootfs::SigningKey& key, const std::string& challenge,
                                const std::string& host = "127.0.0.1")
{
    const auto message = fmt::format("farboot-pc-1\n{}\n{}", host, challenge);
    return {{"challenge", challenge},
            {"key", "ed25519:" + base64(key.public_key().raw)},
            {"kept", "disk"},
            {"signature", base64(as_bytes(key.sign(as_bytes(message))))}};
}

} // namespace farboot::test
