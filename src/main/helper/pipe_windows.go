package main

import (
	"bytes"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"
)

const (
	pipeDuplex        = 0x00000003 // PIPE_ACCESS_DUPLEX
	pipeFirstInstance = 0x00080000 // FILE_FLAG_FIRST_PIPE_INSTANCE
	pipeRejectRemote  = 0x00000008 // PIPE_REJECT_REMOTE_CLIENTS, with bytes and waiting, which are 0
	queryLimited      = 0x00001000 // PROCESS_QUERY_LIMITED_INFORMATION
	pipeConnected     = syscall.Errno(535)
	descriptorForm    = 1 // SDDL_REVISION_1
)

const (
	// pipePatience is how long a client may take to come and send his line.
	pipePatience = time.Minute
	// readingPatience is how long he may take to read the answer.
	readingPatience = 10 * time.Second
)

// Go loads these from the system's folder only, for it uses both itself.
var (
	kernel32             = syscall.NewLazyDLL("kernel32.dll")
	createNamedPipe      = kernel32.NewProc("CreateNamedPipeW")
	connectNamedPipe     = kernel32.NewProc("ConnectNamedPipe")
	namedPipeClient      = kernel32.NewProc("GetNamedPipeClientProcessId")
	processToSession     = kernel32.NewProc("ProcessIdToSessionId")
	advapi32             = syscall.NewLazyDLL("advapi32.dll")
	descriptorFromString = advapi32.NewProc("ConvertStringSecurityDescriptorToSecurityDescriptorW")
)

// pipe is a source for a program that the consent dialog started: the one client of a named pipe. He sends the object on
// one line, and reads the answer. Nothing is opened before somebody reads, so that wrong arguments are told at once.
type pipe struct {
	identify func() (caller, error)
	handle   syscall.Handle
	line     *bytes.Reader
}

// pipeName is the pipe of one user.
func pipeName(who caller) string {
	return `\\.\pipe\gotunnel-helper-` + string(who)
}

func (p *pipe) Read(into []byte) (int, error) {
	if p.line == nil {
		if err := p.receive(); err != nil {
			return 0, err
		}
	}
	return p.line.Read(into)
}

// Write answers to the client, or to the console when none came.
func (p *pipe) Write(text []byte) (int, error) {
	if p.line == nil {
		return os.Stdout.Write(text)
	}
	// What is not read yet would be lost with this process, and he may never read: the change is made already.
	timer := time.AfterFunc(readingPatience, func() { os.Exit(exitFailed) })
	defer timer.Stop()
	for sent := 0; sent < len(text); {
		var now uint32
		if err := syscall.WriteFile(p.handle, text[sent:], &now, nil); err != nil {
			return sent, err
		}
		sent += int(now)
	}
	return len(text), syscall.FlushFileBuffers(p.handle)
}

// receive waits for the client, looks who it is, and reads his line.
func (p *pipe) receive() error {
	who, err := p.identify()
	if err != nil {
		return err
	}
	if p.handle, err = openPipe(who); err != nil {
		return err
	}
	timer := time.AfterFunc(pipePatience, func() {
		os.Exit(answer(os.Stdout, outcome{}, fail(codeBusy, "Let gotunnel start it, or run it in an administrator's terminal.",
			"Nobody sent a request within %s.", pipePatience)))
	})
	if done, _, err := connectNamedPipe.Call(uintptr(p.handle), 0); done == 0 && err != pipeConnected {
		return ioFailure("wait for a client", err)
	}
	if err := p.requireClient(who); err != nil {
		return err
	}
	line, err := readLine(func(into []byte) (int, error) {
		var count uint32
		err := syscall.ReadFile(p.handle, into, &count, nil)
		return int(count), err
	})
	if err != nil {
		return ioFailure("read the request", err)
	}
	if !timer.Stop() {
		select {} // ends at this moment
	}
	p.line = bytes.NewReader(line)
	return nil
}

// readLine reads up to the first line end, which it leaves out, or as much as is too much.
func readLine(read func([]byte) (int, error)) ([]byte, error) {
	var line []byte
	piece := make([]byte, 4096)
	for len(line) <= maxInput {
		count, err := read(piece)
		if end := bytes.IndexByte(piece[:count], '\n'); end >= 0 {
			return append(line, piece[:end]...), nil
		}
		line = append(line, piece[:count]...)
		if err != nil {
			return nil, err
		}
		if count == 0 {
			return nil, io.ErrUnexpectedEOF
		}
	}
	return line, nil
}

// openPipe makes the pipe, for this user's programs on this machine alone, and none of those that he runs at a lower
// integrity, as browsers do. It fails when somebody else has made one of that name.
func openPipe(who caller) (syscall.Handle, error) {
	name, err := syscall.UTF16PtrFromString(pipeName(who))
	if err != nil {
		return 0, err
	}
	rights, err := syscall.UTF16PtrFromString("D:P(A;;FRFW;;;" + string(who) + ")S:(ML;;NW;;;ME)")
	if err != nil {
		return 0, err
	}
	var descriptor uintptr
	if done, _, err := descriptorFromString.Call(uintptr(unsafe.Pointer(rights)), descriptorForm,
		uintptr(unsafe.Pointer(&descriptor)), 0); done == 0 {
		return 0, ioFailure("describe who may use the pipe", err)
	}
	defer syscall.LocalFree(syscall.Handle(descriptor))
	attributes := syscall.SecurityAttributes{SecurityDescriptor: descriptor}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	handle, _, err := createNamedPipe.Call(uintptr(unsafe.Pointer(name)), pipeDuplex|pipeFirstInstance, pipeRejectRemote, 1,
		maxInput, maxInput, 0, uintptr(unsafe.Pointer(&attributes)))
	if syscall.Handle(handle) == syscall.InvalidHandle {
		return 0, ioFailure("make the pipe "+pipeName(who)+", which may be another run's", err)
	}
	return syscall.Handle(handle), nil
}

// requireClient refuses whoever is not the same user in the same session.
func (p *pipe) requireClient(who caller) error {
	var process, session, mine uint32
	if done, _, err := namedPipeClient.Call(uintptr(p.handle), uintptr(unsafe.Pointer(&process))); done == 0 {
		return ioFailure("find the client's process", err)
	}
	for id, into := range map[uint32]*uint32{process: &session, uint32(os.Getpid()): &mine} {
		if done, _, err := processToSession.Call(uintptr(id), uintptr(unsafe.Pointer(into))); done == 0 {
			return ioFailure("find a process's session", err)
		}
	}
	handle, err := syscall.OpenProcess(queryLimited, false, process)
	if err != nil {
		return ioFailure("open the client's process", err)
	}
	defer syscall.CloseHandle(handle)
	var token syscall.Token
	if err := syscall.OpenProcessToken(handle, syscall.TOKEN_QUERY, &token); err != nil {
		return ioFailure("open the client's token", err)
	}
	client, err := userOf(token)
	if err != nil {
		return err
	}
	if client != who || session != mine && process != uint32(os.Getpid()) {
		return refuse(codeNotPermitted, "Let gotunnel start it as the user who consents.", "The client is another user's program.")
	}
	return nil
}
