#pragma once

#include "pbl/agent/system.hpp"

namespace farboot::agent
{

/// The real thing.
class LinuxSystem : public System
{
public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override;
    [[nodiscard]] std::chrono::system_clock::time_point clock() const override;
    [[nodiscard]] Result<void> set_clock(std::chrono::sys_seconds time) override;
    [[nodiscard]] bool sleep(std::stop_token stop, std::chrono::milliseconds time) override;
    [[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder) const override;
    [[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file) const override;
    [[nodiscard]] Result<void> write_file(const std::filesystem::path& file, const std::string& bytes) override;
    [[nodiscard]] Result<Finished> run(const std::vector<std::string>& argv) override;
    [[nodiscard]] Result<Child> spawn(const std::vector<std::string>& argv, bool piped) override;
    int reap(const Child& child) override;
    void terminate(const Child& child) override;
    void sync() override;
    [[nodiscard]] Result<void> reboot() override;
    [[nodiscard]] Result<void> power_off() override;
};

} // namespace farboot::agent
