#pragma once

#include "pbl/agent/job.hpp"
#include "pbl/agent/pc_key.hpp"

#include <filesystem>
#include <memory>

namespace farboot::agent
{

/// Finds this PC's key: in its TPM, or else on a disk or stick, which may be plugged in later. For one thread at a
/// time.
class PcKeys
{
public:
    /// As in Options: `tpm` and `pc_key`; `folder` is in memory.
    PcKeys(std::filesystem::path tpm, std::filesystem::path program, std::filesystem::path folder);

    /// Null: there is none (yet). What goes wrong is said in the log, once.
    [[nodiscard]] PcKey* find(JobContext& job);

private:
    void take(JobContext& job, Result<std::unique_ptr<PcKey>> found);

    std::filesystem::path tpm_;
    std::filesystem::path program_;
    std::filesystem::path folder_;
    bool tpm_asked_ = false;
    std::string said_;
    std::unique_ptr<PcKey> key_;
};

} // namespace farboot::agent
