#pragma once

#include "rootfs/base/error.hpp"

#include <string>
#include <string_view>

namespace farboot::agent
{

/// The key with which this PC proves who it is (docs/pcs.md).
class PcKey
{
public:
    PcKey() = default;
    virtual ~PcKey() = default;
    PcKey(const PcKey&) = delete;
    PcKey& operator=(const PcKey&) = delete;

    /// "ed25519:<base64>" or "p256:<base64>".
    [[nodiscard]] virtual std::string public_text() const = 0;
    /// "tpm" or "disk".
    [[nodiscard]] virtual std::string_view kept() const = 0;
    /// 64 bytes. Reason: tpm.
    [[nodiscard]] virtual Result<std::string> sign(std::string_view message) = 0;
};

/// What a server is shown, besides the key: a signature over its challenge and its name (docs/pcs.md). `server`:
/// "https://host:port".
[[nodiscard]] std::string proof_message(std::string_view server, std::string_view challenge);

} // namespace farboot::agent
