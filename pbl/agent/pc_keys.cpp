#include "pbl/agent/pc_keys.hpp"

#include "pbl/agent/disk_key.hpp"
#include "pbl/agent/tpm_key.hpp"

namespace farboot::agent
{

PcKeys::PcKeys(std::filesystem::path tpm, std::filesystem::path program, std::filesystem::path folder)
    : tpm_(std::move(tpm)), program_(std::move(program)), folder_(std::move(folder))
{
}

PcKey* PcKeys::find(JobContext& job)
{
    if (!key_ && !std::exchange(tpm_asked_, true))
        take(job, open_tpm_key(tpm_));
    if (!key_ && !program_.empty())
        take(job, open_disk_key(job.system, program_, folder_));
    return key_.get();
}

void PcKeys::take(JobContext& job, Result<std::unique_ptr<PcKey>> found)
{
    if (found)
        key_ = std::move(*found);
    else if (std::exchange(said_, found.error().sentence) != found.error().sentence)
        job.log.note(found.error().sentence);
}

} // namespace farboot::agent
