#pragma once

#include "rootfs/nbd/source_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace farboot::rootfs
{

class SourceSetTest : public testing::Test
{
protected:
    SourceSet::Options options()
    {
        SourceSet::Options options;
        options.first_wait = std::chrono::milliseconds(1);
        options.longest_wait = std::chrono::milliseconds(4);
        options.notice = [this](std::string_view line) { notices.emplace_back(line); };
        options.waiting = [this](bool waits) { waiting.push_back(waits); };
        return options;
    }

    /// Remembers each attempt as "<source> <freshness>" and fails as `outcome` says.
    SourceSet::Attempt attempt()
    {
        return [this](const Source& source, Freshness freshness, const Patience&) -> Result<void> {
            attempts.push_back(fmt::format("{} {}", source.url, static_cast<int>(freshness)));
            const auto reason = outcome(source, freshness);
            return reason.empty() ? Result<void>() : fail(reason, "Failed: {}.", reason);
        };
    }

    std::function<std::string(const Source&, Freshness)> outcome;
    std::vector<std::string> attempts;
    std::vector<std::string> notices;
    std::vector<bool> waiting;
    Counters counters;
};

/// The source "a" says nothing until it is told to end, "b" is good at once.
inline Result<void> silent_a(const Source& source, Freshness, const Patience& patience)
{
    if (source.url == "b")
        return {};
    while (!patience.stop.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return fail("cancelled", "Ended.");
}

} // namespace farboot::rootfs
