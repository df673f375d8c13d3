#include "rootfs/cli/trial_boot.hpp"

#include "rootfs/cli/child_program.hpp"
#include "rootfs/cli/console.hpp"
#include "rootfs/cli/image_command.hpp"
#include "rootfs/cli/qemu_reads.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

namespace farboot::rootfs
{

namespace
{

using Clock = std::chrono::steady_clock;
using Words = std::vector<std::string>;

constexpr auto qemu = "qemu-system-x86_64";
constexpr auto uefi = "/usr/share/ovmf/OVMF.fd";
constexpr std::chrono::milliseconds looked_every{500};
constexpr std::chrono::seconds told_every{10};

/// What a file has got since the last look.
class Tail
{
public:
    explicit Tail(const std::string& path) : file_(path, std::ios::binary) {}
    [[nodiscard]] std::string next()
    {
        file_.clear();
        return {std::istreambuf_iterator<char>(file_), {}};
    }

private:
    std::ifstream file_;
};

/// The machine that runs in QEMU: looks at what it reads and prints until the trial is over.
class Watch
{
public:
    Watch(const TrialOptions& options, std::uint64_t image_bytes, const std::string& log, const std::string& console)
        : options_(options), reads_(image_bytes), log_(log), console_(console)
    {
    }

    void run(const std::stop_token& ended, std::stop_source& over)
    {
        auto told = begun_;
        while (!ended.stop_requested() && !look()) {
            if (Clock::now() >= told + told_every) {
                told = Clock::now();
                tell("");
            }
            std::this_thread::sleep_for(looked_every);
        }
        if (!ended.stop_requested())
            tell(": it is over, and the machine is switched off");
        over.request_stop();
    }
    /// Takes what was printed last; true once the trial is over.
    bool look()
    {
        const auto before = reads_.bytes();
        reads_.take(log_.next());
        if (reads_.bytes() > before)
            newest_ = Clock::now();
        said_ += console_.next();
        if (!options_.until.empty() && said_.contains(options_.until))
            return true;
        said_.erase(0, said_.size() - std::min(said_.size(), options_.until.size()));
        const auto now = Clock::now();
        return now > begun_ + options_.longest || (reads_.bytes() > 0 && now > newest_ + options_.quiet);
    }
    [[nodiscard]] const std::vector<Trace::Read>& reads() const { return reads_.reads(); }

private:
    void tell(std::string_view more) const
    {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begun_).count();
        note(fmt::format("Trial boot, {}: {} of the image read{}", duration_text(static_cast<std::uint64_t>(seconds)),
                         bytes_text(reads_.bytes()), more));
    }

    const TrialOptions& options_;
    QemuReads reads_;
    Tail log_;
    Tail console_;
    std::string said_; ///< on the console, as much of it as may still become `until`
    Clock::time_point begun_ = Clock::now();
    Clock::time_point newest_ = begun_; ///< when something new was read
};

Words machine_words(const TrialOptions& options)
{
    // The network has DHCP and leads nowhere: what a system expects of one, it finds, and nobody outside is asked.
    return {qemu,
            "-nodefaults",
            "-no-user-config",
            "-machine",
            "q35",
            "-accel",
            options.kvm ? "kvm" : "tcg",
            "-cpu", // emulated with ERMS, memory is cleared byte by byte, which takes minutes where code has been
            options.kvm ? "host" : "max,la57=off,erms=off",
            "-smp", // with two, QEMU's emulator once hung a kernel that patched its own code
            options.kvm ? "2" : "1",
            "-m",
            std::to_string(options.memory_mib),
            "-display",
            "none",
            "-device",
            "VGA",
            "-nic",
            "user,model=virtio-net-pci,restrict=on",
            "-no-reboot"};
}

/// QEMU reads a comma in a path as the end of it, unless it is doubled.
std::string in_option(std::string_view path)
{
    std::string text;
    for (const auto letter : path)
        text.append(letter == ',' ? 2 : 1, letter);
    return text;
}

Result<Trace> run_trial(const LocalImage& image, Words words, bool writable, const TrialOptions& options,
                        const std::stop_token& stop)
{
    auto raw = AtomicFile::create(options.scratch);
    auto log = AtomicFile::create(options.scratch);
    auto console = AtomicFile::create(options.scratch);
    for (const auto* file : {&raw, &log, &console})
        if (!*file)
            return std::unexpected(file->error());
    if (auto done = write_raw(image, *raw, "a copy of the image", stop); !done)
        return std::unexpected(std::move(done.error()));
    for (const auto& word : Words{"-drive",
                                  fmt::format("file={},format=raw,if=virtio,{}", in_option(raw->path()),
                                              writable ? "snapshot=on" : "readonly=on"),
                                  "-serial", "file:" + console->path(), "-msg", "timestamp=on", "-trace",
                                  "enable=blk_co_preadv,file=" + in_option(log->path())})
        words.push_back(word);

    Watch watch(options, image.manifest().image_bytes(), log->path(), console->path());
    std::stop_source over;
    const std::stop_callback also(stop, [&] { over.request_stop(); });
    Result<void> ended;
    {
        const std::jthread watcher([&](const std::stop_token& done) { watch.run(done, over); });
        ended = run_program(words, over.get_token());
    }
    if (stop.stop_requested())
        return fail("cancelled", "The trial boot was stopped.");
    if (!ended && ended.error().reason != "cancelled")
        return std::unexpected(std::move(ended.error()));
    (void)watch.look();
    if (watch.reads().empty())
        return fail("no-reads", "The image was not read in the trial boot: did the system start at all?");
    const auto ref = image.manifest().ref();
    return Trace{ref.manifest, ref.bytes, "QEMU trial boot", {}, watch.reads()};
}

Result<void> append_file(const Store& store, const FileRef& ref, AtomicFile& into)
{
    const auto file = File::open(store.file(ref.digest));
    if (!file)
        return std::unexpected(file.error());
    const auto data = file->read(0, ref.size);
    if (!data)
        return std::unexpected(data.error());
    if (sha256(as_bytes(*data)) != ref.digest)
        return fail("digest-mismatch", "{} is not what the record says: it was altered.", file->path().string());
    return into.write(as_bytes(*data));
}

} // namespace

Result<Trace> trial_boot(const Store& store, const BootRecord& record, const LocalImage& image,
                         const TrialOptions& options, const std::stop_token& stop)
{
    if (auto there = find_program(qemu, "qemu-system-x86"); !there)
        return std::unexpected(std::move(there.error()));
    auto kernel = AtomicFile::create(options.scratch);
    auto initramfs = AtomicFile::create(options.scratch);
    if (!kernel || !initramfs)
        return std::unexpected(kernel ? initramfs.error() : kernel.error());
    if (auto done = append_file(store, record.kernel, *kernel); !done)
        return std::unexpected(std::move(done.error()));
    for (const auto& part : record.initramfs)
        if (auto done = append_file(store, part, *initramfs); !done)
            return std::unexpected(std::move(done.error()));
    auto words = machine_words(options);
    for (const auto& word : Words{"-kernel", kernel->path(), "-initrd", initramfs->path(), "-append",
                                  record.cmdline + " farboot.image=/dev/vda console=ttyS0"})
        words.push_back(word);
    return run_trial(image, std::move(words), false, options, stop);
}

Result<Trace> trial_boot(const VmRecord& record, const LocalImage& image, const TrialOptions& options,
                         const std::stop_token& stop)
{
    if (auto there = find_program(qemu, "qemu-system-x86"); !there)
        return std::unexpected(std::move(there.error()));
    auto words = machine_words(options);
    if (record.machine.firmware != "bios") {
        if (!std::filesystem::exists(uefi))
            return fail("program-missing",
                        "This machine starts with UEFI, but there is no {}: install Debian's package ovmf.", uefi);
        words.insert(words.end(), {"-bios", uefi});
    }
    return run_trial(image, std::move(words), true, options, stop);
}

} // namespace farboot::rootfs
