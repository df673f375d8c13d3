#pragma once

#include "pbl/agent/pc_key.hpp"

#include <filesystem>
#include <memory>

struct TSS2_TCTI_OPAQUE_CONTEXT_BLOB;

namespace farboot::agent
{

/// A primary key of the TPM 2.0 (ECC P-256, ECDSA) that it derives from its own seed, the same each time: nothing is
/// kept anywhere, and nothing can be copied. `device`: /dev/tpmrm0. Null without an error: there is no TPM. Reason: tpm
/// (it refuses, as when its owner has set a password).
[[nodiscard]] Result<std::unique_ptr<PcKey>> open_tpm_key(const std::filesystem::path& device);
/// The same over a connection of the caller's, which must outlive the key.
[[nodiscard]] Result<std::unique_ptr<PcKey>> open_tpm_key(TSS2_TCTI_OPAQUE_CONTEXT_BLOB* connection);

} // namespace farboot::agent
