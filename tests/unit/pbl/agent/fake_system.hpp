#pragma once

#include "pbl/agent/files.hpp"
#include "pbl/agent/linux_system.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace farboot::agent::testing_agent
{

/// The operating system as tests need it: real programs and files, but a clock of its own, kexec and power that are
/// only noted, and seconds that pass in a hundredth.
class FakeSystem : public LinuxSystem
{
public:
    /// What a kexec was asked for, with the files as they were then.
    struct Kexec {
        std::vector<std::string> argv;
        std::string kernel;
        std::string initramfs;
    };

    [[nodiscard]] std::chrono::system_clock::time_point clock() const override
    {
        const std::lock_guard lock(mutex_);
        return clock_;
    }
    [[nodiscard]] Result<void> set_clock(std::chrono::sys_seconds time) override
    {
        const std::lock_guard lock(mutex_);
        clock_ = time;
        return {};
    }
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override
    {
        const std::lock_guard lock(mutex_);
        return LinuxSystem::now() + skipped_;
    }
    void skip(std::chrono::seconds time)
    {
        const std::lock_guard lock(mutex_);
        skipped_ += time;
    }
    [[nodiscard]] bool sleep(std::stop_token stop, std::chrono::milliseconds time) override
    {
        return LinuxSystem::sleep(std::move(stop), time / 100);
    }

    /// Of the folders that `files` are in, too.
    [[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder) const override
    {
        std::set<std::string> names;
        for (const auto& [file, text] : files)
            if (file.starts_with(folder.string() + "/"))
                names.insert(file.substr(folder.string().size() + 1)
                                 .substr(0, file.find('/', folder.string().size() + 1) - folder.string().size() - 1));
        return {names.begin(), names.end()};
    }

    [[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file) const override
    {
        if (file == "/sys/class/dmi/id/product_uuid")
            return "4C4C4544-0042-3510-8056-B7C04F564231\n";
        if (file == "/proc/meminfo")
            return meminfo;
        if (const auto found = files.find(file.string()); found != files.end())
            return found->second;
        return LinuxSystem::read_file(file);
    }

    [[nodiscard]] Result<void> write_file(const std::filesystem::path& file, const std::string& bytes) override
    {
        const std::lock_guard lock(mutex_);
        written_[file.string()] = bytes;
        return {};
    }
    [[nodiscard]] std::map<std::string, std::string> written() const
    {
        const std::lock_guard lock(mutex_);
        return written_;
    }

    [[nodiscard]] Result<Finished> run(const std::vector<std::string>& argv) override
    {
        Kexec call{argv, {}, {}};
        for (const auto& argument : argv)
            if (argument.starts_with("--initrd="))
                call.initramfs = read_small_file(argument.substr(9), 1 << 24).value_or("");
        if (!call.initramfs.empty())
            call.kernel = read_small_file(argv.back(), 1 << 24).value_or("");
        const std::lock_guard lock(mutex_);
        kexecs_.push_back(call);
        changed_.notify_all();
        const bool refuses = argv.size() > 2 && argv[2] == refused_call;
        return Finished{refuses ? 1 : 0, refuses ? "kexec_file_load failed: Function not implemented" : ""};
    }
    [[nodiscard]] std::vector<Kexec> kexecs() const
    {
        const std::lock_guard lock(mutex_);
        return kexecs_;
    }

    /// The same, once there are `count` or a minute has passed: the stage line comes before the call that ends a
    /// kernel.
    [[nodiscard]] std::vector<Kexec> wait_kexecs(std::size_t count)
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::minutes(1), [&] { return kexecs_.size() >= count; });
        return kexecs_;
    }

    void sync() override {}
    [[nodiscard]] Result<void> reboot() override { return note("reboot"); }
    [[nodiscard]] Result<void> power_off() override { return note("power-off"); }
    [[nodiscard]] std::string power() const
    {
        const std::lock_guard lock(mutex_);
        return power_;
    }

    /// What firmware and kernel say of the PC; set before the agent starts.
    std::map<std::string, std::string> files{{"/sys/class/dmi/id/sys_vendor", "Dell Inc.\n"},
                                             {"/sys/class/dmi/id/product_name", "OptiPlex & 7010\n"},
                                             {"/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu avx2\nflags\t\t: no\n"},
                                             {"/sys/bus/pci/devices/0000:00:00.0/class", "0x060000\n"},
                                             {"/sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n"},
                                             {"/sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n"},
                                             {"/sys/bus/pci/devices/0000:01:00.0/device", "0x1c82\n"}};
    std::string meminfo = "MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n"; ///< set before the agent starts
    std::string refused_call;                                                 ///< an option of kexec; the same

private:
    Result<void> note(const char* what)
    {
        const std::lock_guard lock(mutex_);
        power_ = what;
        return {};
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::chrono::system_clock::time_point clock_{}; ///< 1970
    std::chrono::seconds skipped_{0};
    std::vector<Kexec> kexecs_;
    std::string power_;
    std::map<std::string, std::string> written_;
};

} // namespace farboot::agent::testing_agent
