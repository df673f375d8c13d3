#include "rootfs/cli/job_text.hpp"

#include "rootfs/cli/members.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>

namespace farboot::rootfs
{

namespace
{

using nlohmann::json;

constexpr std::array states{"done",    "failed", "missed", "skipped", "cancelled",
                            "started", "told",   "ending", "called",  "waiting"};

json counts_in(const json& job)
{
    return job.is_object() ? job.value("counts", json::object()) : json::object();
}

} // namespace

std::string job_counts_text(const json& job)
{
    const auto counts = counts_in(job);
    std::string text;
    for (const auto* state : states)
        if (const auto pcs = number_in(counts, state); pcs != 0)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", pcs, state);
    return text;
}

std::string job_line(const json& job)
{
    const auto record = text_in(job, "record");
    auto line = fmt::format("{:6}  {:<9}  {}{}{}", number_in(job, "id"), text_in(job, "state"), text_in(job, "action"),
                            record.empty() ? "" : " ", record);
    if (const auto counts = job_counts_text(job); !counts.empty())
        line += "  " + counts;
    if (const auto at = text_in(job, "at"); text_in(job, "state") == "planned" && !at.empty())
        line += "  at " + at;
    if (const auto name = text_in(job, "name"); !name.empty())
        line += "  " + name;
    return line;
}

std::string job_pc_line(const json& part)
{
    auto name = text_in(part, "name");
    if (name.empty())
        name = text_in(part, "mac");
    const auto sentence = text_in(part, "sentence");
    return fmt::format("    PC {:<6}  {:<9}  {}  {}{}{}", number_in(part, "pc"), text_in(part, "state"),
                       text_in(part, "since"), name, sentence.empty() ? "" : "  ", sentence);
}

std::uint64_t job_failures(const json& job)
{
    const auto counts = counts_in(job);
    std::uint64_t all = 0;
    for (const auto* state : {"failed", "missed", "skipped", "cancelled"})
        all += number_in(counts, state);
    return all;
}

} // namespace farboot::rootfs
