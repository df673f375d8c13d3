#include "pbl/agent/boot_job.hpp"

#include "pbl/agent/checks.hpp"
#include "pbl/agent/download.hpp"
#include "pbl/agent/handover.hpp"
#include "pbl/agent/pc_hello.hpp"
#include "rootfs/kexec/memory.hpp"
#include "rootfs/kexec/output_file.hpp"

#include <algorithm>

namespace farboot::agent
{

namespace
{

/// Long enough for a serial line and a page to show the last state.
constexpr auto handover_pause = std::chrono::milliseconds(500);

/// Leaves `kernel` and `initramfs` in the folder, each file checked. Gives the initramfs, at whose end there is room
/// for more.
Result<rootfs::OutputFile> fetch_files(JobContext& job, Status& status, const BootFacts& facts,
                                       const rootfs::BootRecord& record)
{
    const auto total = rootfs::total_bytes(record);
    if (auto fits = rootfs::check_memory(job.system.read_file("/proc/meminfo").value_or(""), total); !fits)
        return std::unexpected(fits.error());
    auto kernel = rootfs::OutputFile::create(facts.folder / "kernel");
    if (!kernel)
        return std::unexpected(kernel.error());
    auto initramfs = rootfs::OutputFile::create(facts.folder / "initramfs");
    if (!initramfs)
        return std::unexpected(initramfs.error());

    Progress progress(job, status, total);
    Downloader downloader(job, facts.menu.sources, progress);
    if (auto done = downloader.append(record.kernel, kernel->fd()); !done)
        return std::unexpected(done.error());
    for (const auto& file : record.initramfs) {
        if (auto done = downloader.append(file, initramfs->fd()); !done)
            return std::unexpected(done.error());
        if (auto done = initramfs->align(); !done)
            return std::unexpected(done.error());
    }
    status = progress.status();
    return initramfs;
}

Result<void> load(JobContext& job, const BootFacts& facts, const rootfs::BootRecord& record)
{
    std::string last;
    // The first needs no memory map from the firmware; the second works with kernels that lack the first.
    for (const auto* call : {"--kexec-file-syscall", "--kexec-syscall"}) {
        const auto finished =
            job.system.run({facts.kexec, "--load", call, "--initrd=" + (facts.folder / "initramfs").string(),
                            "--command-line=" + record.cmdline, (facts.folder / "kernel").string()});
        if (!finished)
            return fail("kexec-failed", "{}", finished.error().sentence);
        if (finished->status == 0)
            return {};
        last = finished->output;
    }
    return fail("kexec-failed", "kexec said: {}", last);
}

Result<void> jump(JobContext& job, Status& status, const BootFacts& facts)
{
    status.phase = Phase::handover;
    status.transfer.reset();
    job.report(status);
    job.log.stage("kexec");
    job.log.flush(std::chrono::seconds(2));
    job.system.sync();
    if (!job.system.sleep(job.stop, handover_pause))
        return cancelled();
    const auto finished = job.system.run({facts.kexec, "--exec"});
    if (!finished)
        return fail("kexec-failed", "{}", finished.error().sentence);
    if (finished->status != 0)
        return fail("kexec-failed", "kexec said: {}", finished->output);
    return {};
}

/// What a server that knows this PC gives it for the system.
struct Given {
    std::string boot_token; ///< what the system will say who it is with; empty: none
    std::string settings;   ///< empty: none
};

/// The settings are those of the hello, where the server cannot be asked now; no token keeps nobody from booting.
Given ask_for_boot(JobContext& job, const BootFacts& facts, const rootfs::RecordHeader& record)
{
    Given given{"", facts.settings};
    if (facts.session.empty())
        return given;
    const nlohmann::json body{
        {"record", record.name.text()}, {"number", record.number}, {"stages", stages_json(job.log)}};
    const auto answer = job.api.tell("boot-token", body, facts.session, job.stop);
    if (!answer) {
        job.log.note("there is no boot token: " + answer.error().sentence);
        return given;
    }
    const auto said = nlohmann::json::parse(*answer, nullptr, false);
    const auto token = said.is_object() ? said.value("token", nlohmann::json()) : nlohmann::json();
    if (token.is_string())
        given.boot_token = token.get<std::string>();
    if (auto settings = settings_in(said); !settings.empty())
        given.settings = std::move(settings);
    return given;
}

/// A server may push what the signed record lists, up to the length that it says, and nothing else.
std::vector<PushedFile> pushed_files(JobContext& job, const Given& given, const rootfs::BootRecord& record)
{
    constexpr const char* name = "settings.json";
    if (given.settings.empty())
        return {};
    const auto listed = std::ranges::find(record.data, name, &rootfs::DataFile::name);
    if (listed != record.data.end() && given.settings.size() <= listed->max_bytes)
        return {{name, given.settings}};
    job.log.note(listed == record.data.end()
                     ? "the record does not list settings.json: the system does not get its settings"
                     : "settings.json is longer than the record allows: the system does not get its settings");
    return {};
}

Result<void> run(JobContext& job, const Site& site, const BootFacts& facts)
{
    Status status{.phase = Phase::fetching, .record = facts.record.text(), .title = facts.title};
    const auto record = fetch_record(job, status, facts.record, facts.session);
    if (!record)
        return std::unexpected(record.error());
    const auto boot = rootfs::BootRecord::parse(record->payload);
    if (!boot)
        return std::unexpected(boot.error());
    job.log.stage("record-verified", fmt::format("record={} number={}", facts.record.text(), record->header.number));

    status.title = boot->title;
    auto initramfs = fetch_files(job, status, facts, *boot);
    if (!initramfs)
        return std::unexpected(initramfs.error());
    const auto given = ask_for_boot(job, facts, record->header);
    status.phase = Phase::verifying; // each file was while it came; the person sees that it is done
    job.report(status);
    const auto handover = handover_archive({.record = *record,
                                            .trust = job.trust,
                                            .site = site,
                                            .menu = facts.menu,
                                            .network = facts.network,
                                            .boot_token = given.boot_token,
                                            .pushed = pushed_files(job, given, *boot),
                                            .now = job.system.clock()});
    if (auto done = initramfs->append(handover); !done)
        return done;
    job.log.stage("files-verified", fmt::format("bytes={}", rootfs::total_bytes(*boot)));

    status.phase = Phase::loading;
    job.report(status);
    if (auto done = load(job, facts, *boot); !done)
        return done;
    if (job.stop.stop_requested())
        return cancelled();
    job.log.stage("kexec-loaded");
    return jump(job, status, facts);
}

} // namespace

Result<void> boot(JobContext& job, const Site& site, const BootFacts& facts)
{
    auto result = run(job, site, facts);
    std::error_code ignored;
    std::filesystem::remove_all(facts.folder, ignored); // they take memory
    return result;
}

} // namespace farboot::agent
