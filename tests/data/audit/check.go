package main
import ("fmt";"os";"encoding/json";"encoding/hex"
 "golang.org/x/mod/sumdb/note";"golang.org/x/mod/sumdb/tlog")
type P struct{ M,N int64; R1,R2 string; Proof []string }
type I struct{ Index,Size int64; Root,Leaf string; Proof []string }
type V struct{ Vkey, Note string; Consistency []P; Inclusion []I }
func h(s string) tlog.Hash { b,_:=hex.DecodeString(s); var x tlog.Hash; copy(x[:],b); return x }
func hs(s []string) []tlog.Hash { r:=[]tlog.Hash{}; for _,x:=range s { r=append(r,h(x)) }; return r }
func main(){ b,_:=os.ReadFile(os.Args[1]); var v V; if e:=json.Unmarshal(b,&v); e!=nil {panic(e)}
 k,e:=note.NewVerifier(v.Vkey); if e!=nil {panic(e)}
 n,e:=note.Open([]byte(v.Note), note.VerifierList(k)); if e!=nil {panic(e)}
 fmt.Printf("note ok %q sigs=%d unverified=%d\n", n.Text, len(n.Sigs), len(n.UnverifiedSigs))
 bad:=0
 for _,p:=range v.Consistency { if e:=tlog.CheckTree(hs(p.Proof),p.N,h(p.R2),p.M,h(p.R1)); e!=nil {bad++; fmt.Println(p.M,p.N,e)} }
 for _,p:=range v.Inclusion { if e:=tlog.CheckRecord(hs(p.Proof),p.Size,h(p.Root),p.Index,h(p.Leaf)); e!=nil {bad++; fmt.Println(p.Index,p.Size,e)} }
 fmt.Println("consistency",len(v.Consistency),"inclusion",len(v.Inclusion),"bad",bad); if bad>0 {os.Exit(1)} }
