#pragma once

#include "tests/integration/rootfs/process.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

namespace farboot::test
{

/// The rounds of a test that FARBOOT_ROUNDS makes longer. Says every ten seconds how far it is, and how long it will go
/// on: while (rounds.next()) …
class Rounds
{
public:
    explicit Rounds(std::uint64_t otherwise) : count_(setting("FARBOOT_ROUNDS", otherwise)) {}

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t number() const { return begun_ - 1; } ///< of this round, from 0
    [[nodiscard]] bool next()
    {
        const auto now = Clock::now();
        if (begun_ > 0 && now >= told_ + std::chrono::seconds(10)) {
            const auto spent = std::chrono::duration_cast<std::chrono::seconds>(now - start_).count();
            const auto left = static_cast<std::uint64_t>(spent) * (count_ - begun_) / begun_;
            fmt::print("round {} of {}, {} s, {} s left\n", begun_, count_, spent, left);
            std::fflush(stdout);
            told_ = now;
        }
        return begun_++ < count_;
    }

private:
    using Clock = std::chrono::steady_clock;
    std::uint64_t count_;
    std::uint64_t begun_ = 0;
    Clock::time_point start_ = Clock::now();
    Clock::time_point told_ = start_;
};

} // namespace farboot::test
