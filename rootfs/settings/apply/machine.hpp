#pragma once

#include "rootfs/base/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::settings
{

/// The booted system, as far as settings change it: files below a folder, and what the kernel and systemd are asked.
/// All paths are the system's own, absolute; nothing is written where it says the same already.
class Machine
{
public:
    explicit Machine(std::filesystem::path root = "/") : root_(std::move(root)) {}
    virtual ~Machine() = default;
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    [[nodiscard]] bool has(std::string_view path) const;
    /// Empty: there is none, or it cannot be read.
    [[nodiscard]] std::string read(std::string_view path) const;
    /// Whole or not at all, with the folders that it is in. Reason: io.
    [[nodiscard]] Result<void> write(std::string_view path, std::string_view content, unsigned mode = 0644) const;
    /// The lines between two marks in a file that has other lines, too; no lines: none, and no marks. Reason: io.
    [[nodiscard]] Result<void> write_block(std::string_view path, std::string_view lines, unsigned mode = 0644) const;
    [[nodiscard]] Result<void> link(std::string_view path, const std::string& target) const;
    [[nodiscard]] Result<void> remove(std::string_view path) const;
    /// A unit of systemd's for this boot; `starts`: it is started with the rest, by start_units().
    [[nodiscard]] Result<void> write_unit(const std::string& name, std::string_view content, bool starts);
    /// Has systemd read the new units, and start those that were written to be started. Reason: program-failed.
    [[nodiscard]] Result<void> start_units();

    /// Runs a program, no shell. Reason: program-failed, with the end of what it printed.
    [[nodiscard]] virtual Result<void> run(const std::vector<std::string>& argv) = 0;
    [[nodiscard]] virtual Result<void> set_host_name(const std::string& name) = 0;
    [[nodiscard]] virtual bool has_locale(const std::string& name) const = 0;
    /// /home is a file system of its own.
    [[nodiscard]] virtual bool has_own_home() const = 0;

private:
    [[nodiscard]] std::filesystem::path at(std::string_view path) const;

    std::filesystem::path root_;
    std::vector<std::string> units_;
    bool units_changed_ = false;
};

/// The real one.
class LinuxMachine : public Machine
{
public:
    [[nodiscard]] Result<void> run(const std::vector<std::string>& argv) override;
    [[nodiscard]] Result<void> set_host_name(const std::string& name) override;
    [[nodiscard]] bool has_locale(const std::string& name) const override;
    [[nodiscard]] bool has_own_home() const override;
};

} // namespace farboot::settings
